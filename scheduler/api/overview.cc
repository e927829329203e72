#include "scheduler/api/overview.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "base/zone.h"
#include "scheduler/api/dags.h"
#include "scheduler/api/grid_json.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kSecondsOfDay = 86'400;

Result<Response> get_grid(Context& context, const Request& request) {
  const auto limit = TRY(request.query.integer("runs", 28, 1, 200));
  const auto before = TRY(request.query.integer("before", 0, 0, INT64_MAX));
  const KnownDag known = TRY(find_dag(context, request));
  auto reader = TRY(context.overviews.lease());
  const Grid grid = TRY(reader->grid(known.dag->row.name, RunId{before}, static_cast<int>(limit)));
  return Response::text(
      grid_json(grid, system_now().wall,
                [&](const std::string& dag) { return may_read(request.who, dag); }),
      "application/json");
}

// The calendar -----------------------------------------------------------------------------------

// The zone that the query names, else that of the first schedule, else UTC.
Result<ZonePtr> calendar_zone(const Request& request, const DagView& view) {
  if (const std::string* name = request.query.find("zone")) {
    auto zone = load_zone(*name);
    if (!zone.ok()) return zone.error().context("zone");
    return zone;
  }
  if (view.dag != nullptr && !view.dag->schedules.empty()) {
    return load_zone(view.dag->schedules.front().timezone);
  }
  return utc_zone();
}

WallTime midnight(const Zone& zone, std::int32_t day) {
  return {zone.to_utc({day * kSecondsOfDay}).first_s * 1'000'000};
}

Json day_json(std::int32_t day, const StateCounts& counts) {
  Json json;
  json.set("day", format_date(day));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json.set(to_word(static_cast<RunState>(i)), counts[i]);
  }
  return json;
}

Result<Response> get_calendar(Context& context, const Request& request) {
  const KnownDag known = TRY(find_dag(context, request));
  const ZonePtr zone = TRY(calendar_zone(request, *known.dag));
  const std::int64_t now_s = zone->to_local(system_now().wall.us / 1'000'000).s;
  const std::string today = format_date(static_cast<std::int32_t>(now_s / kSecondsOfDay));
  const auto year = TRY(
      request.query.integer("year", to_int(today.substr(0, 4)).value_or(1970), 1970, 2037));
  const std::int32_t first = TRY(parse_date(fmt::format("{}-01-01", year)));
  const std::int32_t end = TRY(parse_date(fmt::format("{}-01-01", year + 1)));
  std::vector<WallTime> midnights;
  for (std::int32_t day = first; day <= end; ++day) midnights.push_back(midnight(*zone, day));
  auto reader = TRY(context.overviews.lease());
  const auto counts = TRY(reader->counts_between(known.dag->row.name, midnights));
  Json::Array days;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == StateCounts{}) continue;
    days.push_back(day_json(first + static_cast<std::int32_t>(i), counts[i]));
  }
  Json json;
  json.set("dag", known.dag->row.name);
  json.set("year", year);
  json.set("zone", zone->name());
  json.set("today", today);
  json.set("days", std::move(days));
  return Response::json(json);
}

// The strip of time ------------------------------------------------------------------------------

constexpr Duration kWidestWindow = std::chrono::hours(48);
constexpr Duration kOldestWindow = std::chrono::hours(24 * 7);
constexpr int kMarksOfDag = 200;
constexpr std::size_t kMostMarks = 5000;

struct Window {
  WallTime from, until, now;
};

Result<WallTime> moment(const Request& request, const char* name, WallTime fallback) {
  const std::string* text = request.query.find(name);
  if (text == nullptr) return fallback;
  auto time = parse_rfc3339(*text);
  if (!time.ok()) return time.error().context(name);
  return time;
}

Result<Window> window_of(const Request& request) {
  constexpr Duration kAround = std::chrono::hours(6);
  Window window;
  window.now = system_now().wall;
  window.from = TRY(moment(request, "from", window.now - kAround));
  window.until = TRY(moment(request, "until", window.now + kAround));
  if (window.from < window.now - kOldestWindow) return invalid("from: at most 7 days ago");
  if (window.until <= window.from) return invalid("until: must be later than from");
  if (window.until - window.from > kWidestWindow) return invalid("until: at most 48h after from");
  return window;
}

// [run, state, ms from the begin of the window to its start, ms that it took or -1]
Json mark_json(const RunMark& mark, const Window& window) {
  const WallTime began = mark.started_at.us != 0 ? mark.started_at : mark.created_at;
  Json::Array cells = {
      mark.run.value, static_cast<int>(mark.state), (began - window.from).count() / 1000,
      mark.ended_at.us == 0 ? std::int64_t{-1} : (mark.ended_at - began).count() / 1000};
  return Json(std::move(cells));
}

// Moments from now on at which the schedules of the dag make runs.
std::vector<WallTime> due_in(const DagView& view, const Window& window) {
  std::vector<WallTime> due;
  const bool runs = view.dag != nullptr && !view.row.paused &&
                    view.row.state != DagRow::State::gone;
  if (!runs || !view.next_instant || *view.next_instant >= window.until) return due;
  for (const Schedule& schedule : view.dag->schedules) {
    const auto zone = load_zone(schedule.timezone);
    if (!zone.ok()) continue;  // the dag was refused then; its last good version goes on
    const auto more = due_between(schedule, **zone, std::max(window.from, window.now), window.until,
                                  kMarksOfDag);
    due.insert(due.end(), more.begin(), more.end());
  }
  std::sort(due.begin(), due.end());
  if (due.size() > kMarksOfDag) due.resize(kMarksOfDag);
  return due;
}

Json row_json(const std::string& dag, const std::vector<RunMark>& marks,
              const std::vector<WallTime>& due, const Window& window) {
  Json::Array runs, moments;
  for (const RunMark& mark : marks) runs.push_back(mark_json(mark, window));
  for (const WallTime at : due) moments.emplace_back((at - window.from).count() / 1000);
  Json json;
  json.set("dag", dag);
  json.set("runs", std::move(runs));
  json.set("due", std::move(moments));
  return json;
}

Result<Response> get_timeline(Context& context, const Request& request) {
  const Window window = TRY(window_of(request));
  const auto catalog = context.catalog.view();
  std::vector<std::string> names;
  for (const auto& [name, view] : catalog->dags) {
    if (may_read(request.who, name)) names.push_back(name);
  }
  auto reader = TRY(context.overviews.lease());
  const auto marks = TRY(reader->runs_within(names, window.from, window.until, kMarksOfDag));
  Json::Array rows;
  std::size_t shown = 0;
  bool more = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<WallTime> due = due_in(*catalog->find(names[i]), window);
    if (marks[i].empty() && due.empty()) continue;
    const std::size_t count = marks[i].size() + due.size();
    more = more || marks[i].size() == kMarksOfDag || due.size() == kMarksOfDag ||
           shown + count > kMostMarks;
    if (shown + count > kMostMarks) continue;
    shown += count;
    rows.push_back(row_json(names[i], marks[i], due, window));
  }
  Json json;
  json.set("from", time_or_null(window.from));
  json.set("until", time_or_null(window.until));
  json.set("now", time_or_null(window.now));
  json.set("states", run_state_words());
  json.set("rows", std::move(rows));
  json.set("more", more);
  return Response::json(json);
}

}  // namespace

std::vector<http::Route> overview_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  return {
      route("/api/v1/dags/{dag}/grid",
            {"The last runs with every task of each, in few bytes",
             "Dags",
             {{"runs", "integer", "How many runs, 1 to 200; 28 when not given"},
              {"before", "integer", "Only runs older than this one: the cursor `next`"}},
             "",
             "Grid"},
            get_grid),
      route("/api/v1/dags/{dag}/calendar",
            {"How many runs were made on each day of a year, by their state",
             "Dags",
             {{"year", "integer", "1970 to 2037; this year when not given"},
              {"zone", "string", "Whose days; the zone of the schedule when not given"}},
             "",
             "Calendar"},
            get_calendar),
      route("/api/v1/timeline",
            {"Runs of all dags within a stretch of time, and what is due in it",
             "Runs",
             {{"from", "string", "RFC 3339, at most 7 days ago; 6h ago when not given"},
              {"until", "string", "RFC 3339, at most 48h later; in 6h when not given"}},
             "",
             "TimeStrip"},
            get_timeline),
  };
}

}  // namespace tidemill::api
