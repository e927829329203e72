// `watch`: one run until its end, or all runs for as long as somebody looks.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "cli/client/event_stream.h"
#include "cli/client/fields.h"
#include "cli/client/follow.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/client/wait.h"
#include "cli/exit_code.h"
#include "cli/painter.h"
#include "cli/progress_view.h"

namespace tidemill::client {
namespace {

bool has_ended(const Json& run) { return has_value(run, "ended_at"); }

std::int64_t ended_tasks(const Json& run) {
  const Json& tasks = object_at(run, "tasks");
  return int_at(tasks, "succeeded") + int_at(tasks, "failed") + int_at(tasks, "other_end");
}

// All runs that go on: repainted lines on a terminal, elsewhere one line for each change of a
// state.
class RunsView {
 public:
  RunsView(Api& api, bool json) : api_(api), json_(json), painter_(1) {}

  Result<bool> load() {
    const Json page = TRY(api_.get("/runs?limit=200"));
    std::map<std::int64_t, Json> before;
    before.swap(active_);
    for (const Json& run : array_at(page, "runs")) {
      const auto known = before.find(int_at(run, "run"));
      if (has_ended(run) && known == before.end()) continue;
      if (known != before.end()) active_[known->first] = known->second;
      take(run);
    }
    return false;
  }

  Result<bool> on_event(const SseEvent& event) {
    if (json_) {
      fmt::print("{}\n", event.data);
      std::fflush(stdout);
    }
    const auto json = parse_json(event.data);
    if (!json.ok()) return unavailable("the scheduler sent an event that is no JSON");
    if (event.type == "run") take(*json);
    if (event.type == "note" && !json_) say("  " + printable(text_at(*json, "text"), 300));
    return false;
  }

  void tick() {
    if (json_ || !painter_.terminal().interactive) return;
    painter_.probe();
    std::vector<std::string> lines;
    const WallTime now = system_now().wall;
    const auto room = static_cast<std::size_t>(std::max(painter_.terminal().height - 3, 1));
    for (const auto& [id, run] : active_) {
      if (lines.size() == room) break;
      lines.push_back(live_line(run, now));
    }
    if (active_.size() > room)
      lines.push_back(fmt::format("    and {} more", active_.size() - room));
    if (active_.empty()) lines.emplace_back("nothing runs; waiting");
    painter_.paint(lines);
  }

  void stop() { painter_.clear(); }

 private:
  void say(const std::string& line) {
    painter_.permanent(line);
    std::fflush(stdout);
  }

  void take(const Json& run) {
    const std::int64_t id = int_at(run, "run");
    const auto known = active_.find(id);
    const std::string state = text_at(run, "state");
    const bool is_new = known == active_.end() || text_at(known->second, "state") != state;
    const bool ended = has_ended(run);
    if (ended)
      active_.erase(id);
    else
      active_[id] = run;
    if (json_ || !is_new) return;
    if (ended || !painter_.terminal().interactive) say(change_line(run, state));
  }

  std::string change_line(const Json& run, const std::string& state) const {
    const std::string reason = text_at(run, "reason");
    return fmt::format("run {} {} {}{}{}", int_at(run, "run"), printable(text_at(run, "dag"), 80),
                       styled(painter_.terminal(), style_of_state(state), state),
                       has_ended(run) ? " in " + duration_at(run, "duration_ms") : "",
                       has_ended(run) && !reason.empty() ? ": " + printable(reason, 300) : "");
  }

  std::string live_line(const Json& run, WallTime now) const {
    const std::int64_t done = ended_tasks(run);
    const std::int64_t total = int_at(object_at(run, "tasks"), "total");
    const WallTime begin = time_at(run, "started_at");
    const double fraction = total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total);
    const std::string state = text_at(run, "state");
    return fmt::format("{:>6}  {}  {}  {}  {:>3} of {:<4}{:>9}", int_at(run, "run"),
                       fitted(printable(text_at(run, "dag"), 80), 24),
                       styled(painter_.terminal(), style_of_state(state), fitted(state, 9)),
                       progress_bar(fraction, 14), done, total,
                       begin.us == 0 ? ""
                                     : format_duration(std::max(now - begin, Duration(0)) /
                                                       1'000'000 * 1'000'000));
  }

  Api& api_;
  bool json_;
  Painter painter_;
  std::map<std::int64_t, Json> active_;
};

Result<int> watch_all(Api& api, const WatchCommand& options, Duration patience) {
  RunsView view(api, options.json);
  EventFollower follower;
  follower.topics = "runs,notes";
  follower.load = [&] { return view.load(); };
  follower.on_event = [&](const SseEvent& event) { return view.on_event(event); };
  follower.on_tick = [&] { view.tick(); };
  follower.patience = patience;
  TRY(follow_events(api, follower));
  view.stop();
  return static_cast<int>(kExitOk);
}

Result<int> watch_one(Api& api, const WatchCommand& options, Duration patience) {
  const std::int64_t run = TRY(api.find_run(options.run));
  FollowOptions follow;
  follow.json = options.json;
  follow.patience = patience;
  const auto state = TRY(follow_run(api, run, follow));
  if (!state) return static_cast<int>(kExitTimedOut);
  if (!options.json) fmt::print("run {} {}\n", run, *state);
  return exit_code_of_state(*state);
}

}  // namespace

int run_watch(const WatchCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Duration patience{};
    if (!options.timeout.empty()) patience = TRY(parse_duration(options.timeout));
    return options.run.empty() ? watch_all(api, options, patience)
                               : watch_one(api, options, patience);
  });
}

}  // namespace tidemill::client
