#include "scheduler/api/run_timeline.h"

#include <iterator>

#include "core/run_timeline.h"
#include "scheduler/api/history.h"
#include "scheduler/api/run_compare.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

Result<RunTimeline> replay(RunReader& reader, const RunRow& row, std::size_t tasks) {
  RunTimeline timeline(tasks, row.created_at);
  std::int64_t seq = 0;
  while (true) {
    const auto events = TRY(reader.events(row.id, seq, kEventsAtOnce));
    for (const EventRow& event : events) {
      TRY(timeline.apply({event.seq, event.at, event.kind, event.task, event.attempt, event.body}));
      seq = event.seq;
    }
    if (std::ssize(events) < kEventsAtOnce) return timeline;
  }
}

// Everything that the picture of one run is made of.
struct Picture {
  RunView view;
  RunTimeline timeline;
  std::vector<AttemptRow> attempts;  // that ended, by task, number
  std::vector<bool> critical;        // by task
  std::unordered_map<std::int64_t, std::string> workers;
  WallTime now;
};

std::string milliseconds(const Picture& picture, WallTime at) {
  const double ms = static_cast<double>((at - picture.view.stored.row.created_at).count()) / 1000;
  return fmt::format("{}", shortest(ms));
}

// Numbers of attempts by their ids; the last attempt may not have ended.
std::uint32_t number_of(const Picture& picture, TaskIndex task,
                        const std::vector<const AttemptRow*>& ended, AttemptId attempt) {
  for (const AttemptRow* row : ended) {
    if (row->attempt == attempt) return row->number;
  }
  const TaskRun& run = picture.view.live.run.tasks[task];
  return run.attempt == attempt ? run.attempts : 0;
}

void append_phases(std::string& out, const Picture& picture, TaskIndex task,
                   const std::vector<const AttemptRow*>& ended) {
  out += '[';
  for (const TaskPhase& phase : picture.timeline.tasks()[task].phases) {
    if (out.back() == ']') out += ',';
    const auto state = static_cast<int>(phase.state);
    const std::string until = phase.until.us == 0 ? "-1" : milliseconds(picture, phase.until);
    fmt::format_to(std::back_inserter(out), "[{},{},{},{}]", state,
                   milliseconds(picture, phase.from), until,
                   phase.attempt ? number_of(picture, task, ended, phase.attempt) : 0);
  }
  out += ']';
}

Json attempt_words_json(const Picture& picture, TaskIndex task, const AttemptRow& row) {
  const AttemptEnd end{row.attempt, row.number,  row.cause,      row.exit_code,
                       row.signal,  row.message, row.started_at, row.ended_at};
  const auto worker = picture.workers.find(row.worker.value);
  Json json;
  json.set("number", row.number);
  json.set("attempt", row.attempt.value);
  json.set("worker", worker == picture.workers.end() ? Json() : Json(worker->second));
  json.set("cause", to_word(row.cause));
  json.set("started_at", time_or_null(row.started_at));
  json.set("ended_at", time_or_null(row.ended_at));
  json.set("sentence", attempt_end_words(end));
  json.set("next", text_or_null(what_came_next(picture.view.live.dag->tasks[task],
                                               picture.view.live.run.tasks[task],
                                               picture.timeline.tasks()[task], end, picture.now)));
  return json;
}

void append_task(std::string& out, const Picture& picture, TaskIndex task,
                 const std::vector<const AttemptRow*>& ended) {
  const TaskRun& run = picture.view.live.run.tasks[task];
  const WallTime end = picture.timeline.tasks()[task].ended_at;
  Json json;
  json.set("task", picture.view.live.dag->tasks[task].id);
  json.set("state", to_word(run.state));
  json.set("critical", static_cast<bool>(picture.critical[task]));
  json.set("ended_at", time_or_null(end));
  Json::Array attempts;
  for (const AttemptRow* row : ended) attempts.push_back(attempt_words_json(picture, task, *row));
  json.set("attempts", std::move(attempts));
  out += json.dump();
  out.pop_back();
  out += ",\"phases\":";
  append_phases(out, picture, task, ended);
  out += '}';
}

Json head_json(const Picture& picture, const std::vector<TaskIndex>& path) {
  const RunRow& row = picture.view.stored.row;
  Json::Array critical;
  for (const TaskIndex task : path) critical.emplace_back(picture.view.live.dag->tasks[task].id);
  Json json;
  json.set("run", row.id.value);
  json.set("dag", row.dag_name);
  json.set("state", to_word(row.state));
  json.set("from", time_or_null(row.created_at));
  json.set("until", time_or_null(row.ended_at));
  json.set("now", time_or_null(picture.now));
  json.set("states", task_state_words());
  json.set("critical_path", std::move(critical));
  return json;
}

Result<Picture> load_picture(Context& context, RunReader& reader, RunId run) {
  RunView view = TRY(load_run(context, reader, run));
  RunTimeline timeline = TRY(replay(reader, view.stored.row, view.live.dag->tasks.size()));
  Picture picture{std::move(view),  std::move(timeline), TRY(reader.attempts(run)), {}, {},
                  system_now().wall};
  for (const AttemptRow& attempt : picture.attempts) {
    if (attempt.started_at.us != 0) {
      picture.timeline.began(attempt.task, attempt.attempt, attempt.started_at);
    }
  }
  for (WorkerRow& worker : TRY(reader.workers())) {
    picture.workers.emplace(worker.id.value, std::move(worker.name));
  }
  return picture;
}

Result<Response> get_run_timeline(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const RunRow row = TRY(find_run(*reader, request));
  Picture picture = TRY(load_picture(context, *reader, row.id));
  const Dag& dag = *picture.view.live.dag;
  TaskIndex only = kNoTask;
  if (const std::string* task = request.query.find("task")) {
    only = dag.find(*task);
    if (only == kNoTask) return not_found(fmt::format("{} has no such task", dag.name));
  }
  const std::vector<TaskIndex> path = critical_path(dag, picture.timeline.tasks());
  picture.critical.resize(dag.tasks.size());
  for (const TaskIndex task : path) picture.critical[task] = true;
  std::string out = head_json(picture, path).dump();
  out.pop_back();
  out += ",\"tasks\":[";
  auto next = picture.attempts.cbegin();
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    std::vector<const AttemptRow*> ended;
    for (; next != picture.attempts.cend() && next->task == task; ++next) ended.push_back(&*next);
    if (only != kNoTask && task != only) continue;
    if (out.back() == '}') out += ',';
    append_task(out, picture, task, ended);
  }
  return Response::text(out + "]}", "application/json");
}

}  // namespace

std::vector<http::Route> run_timeline_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  return {
      route("/api/v1/runs/{run}/timeline",
            {"What each task spent its time on, why attempts ended, and which tasks decided when "
             "the run ended",
             "Runs",
             {{"task", "string", "Only this task"}},
             "",
             "RunTimeline"},
            get_run_timeline),
      route("/api/v1/runs/{run}/compare/{other}",
            {"What differs between two runs of one dag", "Runs", {}, "", "RunComparison"},
            compare_runs),
  };
}

}  // namespace tidemill::api
