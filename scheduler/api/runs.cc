#include "scheduler/api/runs.h"

#include "base/text.h"
#include "core/dump.h"
#include "core/explain.h"
#include "core/run_timers.h"
#include "scheduler/api/history.h"
#include "scheduler/api/words.h"
#include "scheduler/out_of_reach.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::int64_t kDefaultPage = 50;
constexpr std::int64_t kLargestPage = 500;
// Runs looked at for one page at most, so that a filter that matches nothing ends too; the cursor
// of the page then goes on from there.
constexpr std::int64_t kMostLookedAt = 20'000;

struct RunFilter {
  std::string dag;
  std::optional<RunState> state;
};

Result<RunFilter> run_filter(const Request& request) {
  TRY(request.query.only({"dag", "state", "limit", "after"}));
  RunFilter filter;
  filter.dag = request.query.text("dag");
  const std::string state = request.query.text("state");
  if (!state.empty()) {
    filter.state = run_state_from(state);
    if (!filter.state) {
      return invalid("state: queued, running, succeeded, partial, failed or cancelled");
    }
  }
  return filter;
}

Json run_page(const Json::Array& runs, RunId last, bool more) {
  Json page;
  page.set("runs", runs);
  page.set("next", more ? Json(std::to_string(last.value)) : Json());
  return page;
}

Result<Response> list_runs(Context& context, const Request& request) {
  const RunFilter filter = TRY(run_filter(request));
  const auto limit = TRY(request.query.integer("limit", kDefaultPage, 1, kLargestPage));
  RunId before{TRY(request.query.integer("after", 0, 0, INT64_MAX))};
  auto reader = TRY(context.readers.lease());
  const WallTime now = system_now().wall;
  const auto may_see = [&](const std::string& dag) { return may_read(request.who, dag); };
  Json::Array runs;
  std::int64_t looked_at = 0;
  while (true) {
    const auto rows = TRY(reader->runs(filter.dag, before, static_cast<int>(limit), filter.state));
    for (const RunRow& row : rows) {
      before = row.id;
      if (may_see(row.dag_name)) runs.push_back(run_json(row, now, may_see));
      if (std::ssize(runs) == limit || ++looked_at == kMostLookedAt) {
        return Response::json(run_page(runs, before, true));
      }
    }
    if (std::ssize(rows) < limit) return Response::json(run_page(runs, before, false));
  }
}

Result<Response> get_run(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  const RunView view = TRY(load_run(context, *reader, row.id));
  Json json = run_json(view.stored.row, system_now().wall,
                       [&](const std::string& dag) { return may_read(request.who, dag); });
  const Json whole = run_to_json(*view.live.dag, view.live.run);
  for (const char* key : {"params", "content_hash", "timed_out", "pause_note", "reopened"}) {
    json.set(key, *whole.find(key));
  }
  const auto due_at = deadline_moment(*view.live.dag, view.live.run);
  json.set("due_at", due_at ? time_or_null(*due_at) : Json());
  json.set("counts", *json.find("tasks"));
  json.set("tasks", *whole.find("tasks"));
  return Response::json(json);
}

Result<Response> get_task(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  const RunView view = TRY(load_run(context, *reader, row.id));
  const TaskIndex task = TRY(find_task(*view.live.dag, request));
  Json json = run_to_json(*view.live.dag, view.live.run).find("tasks")->as_array()[task];
  json.set("spec", [&] {
    const Json dag = dag_to_json(*view.live.dag);
    const bool hook = task >= view.live.dag->task_count;
    const auto& list = dag.find(hook ? "hooks" : "tasks")->as_array();
    return list[hook ? task - view.live.dag->task_count : task];
  }());
  Json::Array attempts;
  for (const AttemptRow& attempt : TRY(reader->attempts(row.id, task))) {
    attempts.push_back(attempt_json(attempt));
    const bool may_have_left = attempt.cause == Cause::none;
    const auto left = may_have_left ? TRY(reader->result(row.id, task, attempt.number)) : nullptr;
    attempts.back().set("result", left == nullptr ? Json() : result_to_json(*left));
  }
  json.set("attempts_ended", std::move(attempts));
  return Response::json(json);
}

Result<Response> list_events(Context& context, const Request& request) {
  TRY(request.query.only({"after", "limit"}));
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  const auto after = TRY(request.query.integer("after", 0, 0, INT64_MAX));
  const auto limit = TRY(request.query.integer("limit", 200, 1, 2000));
  const auto rows = TRY(reader->events(row.id, after, static_cast<int>(limit)));
  Json::Array events;
  for (const EventRow& event : rows) events.push_back(event_json(event));
  Json page;
  const bool more = std::ssize(rows) == limit;
  page.set("next", more ? Json(std::to_string(rows.back().seq)) : Json());
  page.set("events", std::move(events));
  return Response::json(page);
}

Json explanation_json(const Explanation& why) {
  Json json;
  json.set("sentence", why.sentence);
  json.set("details", Json::Array(why.details.begin(), why.details.end()));
  return json;
}

struct Subject {
  RunView view;
  TaskIndex task = kNoTask;  // none: the run itself
};

Json explain_subject(const LiveRun& live, TaskIndex task, const Placement* placement, Now now) {
  return explanation_json(task == kNoTask
                              ? explain_run(*live.dag, live.run, now)
                              : explain_task(*live.dag, live.run, task, placement, now));
}

// A run that goes on is explained where it lives, because only there is known what holds the slots.
Result<Response> explain(Context& context, const Request& request, bool one_task) {
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  // Shared, because the scheduler may come to it after this handler gave up waiting.
  const auto subject = std::make_shared<Subject>();
  subject->view = TRY(load_run(context, *reader, row.id));
  if (one_task) subject->task = TRY(find_task(*subject->view.live.dag, request));
  const auto explain_stored = [subject](Now now) {
    return explain_subject(subject->view.live, subject->task, nullptr, now);
  };
  if (is_terminal(row.state)) return Response::json(explain_stored(system_now()));
  return Response::json(
      TRY(ask(context, [subject, explain_stored](const Engine& engine, Now now) -> Result<Json> {
        const LiveRun* live = engine.find(subject->view.live.run.id);
        if (live == nullptr) return explain_stored(now);
        if (subject->task == kNoTask) {
          return explain_subject(*live, subject->task, &engine.placement(), now);
        }
        return explanation_json(explain_live_task(engine, *live, subject->task, now));
      })));
}

}  // namespace

std::vector<http::Route> run_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  return {
      route("/api/v1/runs",
            {"Runs, newest first",
             "Runs",
             {{"dag", "string", "Only of this dag"},
              {"state", "string", "Only in this state"},
              {"limit", "integer", "At most so many, 1 to 500; 50 when not given"},
              {"after", "string", "The cursor `next` of the page before"}},
             "",
             "RunPage"},
            list_runs),
      route("/api/v1/runs/{run}", {"One run with all its tasks", "Runs", {}, "", "Run"}, get_run),
      route("/api/v1/runs/{run}/events",
            {"What happened to a run, in order",
             "Runs",
             {{"after", "string", "The cursor `next` of the page before"},
              {"limit", "integer", "At most so many, 1 to 2000"}},
             "",
             "EventPage"},
            list_events),
      route("/api/v1/runs/{run}/history",
            {"What happened to a run, in sentences, and how it was at a moment",
             "Runs",
             {{"at", "string", "A moment, RFC 3339: the run and its tasks as they were then"},
              {"after", "string", "The cursor `next` of the page before"},
              {"limit", "integer", "At most so many events, 1 to 2000; 200 when not given"}},
             "",
             "History"},
            get_history),
      route("/api/v1/runs/{run}/explain",
            {"Why a run is as it is, in one sentence", "Runs", {}, "", "Explanation"},
            [](Context& c, const Request& r) { return explain(c, r, false); }),
      route("/api/v1/runs/{run}/tasks/{task}",
            {"One task of a run, with its attempts", "Tasks", {}, "", "Task"}, get_task),
      route("/api/v1/runs/{run}/tasks/{task}/explain",
            {"Why a task is as it is, in one sentence", "Tasks", {}, "", "Explanation"},
            [](Context& c, const Request& r) { return explain(c, r, true); }),
  };
}

}  // namespace tidemill::api
