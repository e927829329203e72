#include "scheduler/api/run_compare.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

// The {other} of the path, like find_run().
Result<RunRow> find_other(RunReader& reader, const Request& request) {
  const std::string& text = request.capture("other");
  const Error missing = not_found(fmt::format("there is no run {}", printable(text, 40)));
  const auto id = to_int(text);
  if (!id || *id <= 0) return missing;
  auto row = reader.run(RunId{*id});
  if (!row.ok() && row.error().code == ErrorCode::not_found) return missing;
  if (row.ok() && !may_read(request.who, row->dag_name)) return missing;
  return row;
}

// One task of one of the two runs; null when its version has no such task.
const TaskRun* find_task_run(const LiveRun& live, const std::string& id) {
  const TaskIndex task = live.dag->find(id);
  return task == kNoTask ? nullptr : &live.run.tasks[task];
}

Json side_json(const TaskRun* task, WallTime now) {
  if (task == nullptr) return {};
  const bool ended = task->ended_at >= task->started_at;
  Json json;
  json.set("state", to_word(task->state));
  json.set("attempts", task->attempts);
  json.set("duration_ms",
           milliseconds_between(task->started_at, ended ? task->ended_at : WallTime{}, now));
  return json;
}

// What a task left, by what it is and its name.
using LeftByName = std::map<std::pair<std::string, std::string>, Json>;

LeftByName left_by(const TaskRun* task) {
  LeftByName left;
  if (task == nullptr || task->result == nullptr) return left;
  const TaskResult& result = *task->result;
  for (const auto& [name, value] : result.outputs) left[{"output", name}] = Json(value);
  for (const Metric& metric : result.metrics) {
    const std::string slice = metric.slice.empty() ? "" : " of " + metric.slice;
    left[{"metric", metric.name + slice}] = Json(metric.value);
  }
  for (const CheckResult& check : result.checks) left[{"check", check.check}] = check.success;
  for (const Artifact& artifact : result.artifacts) {
    left[{"artifact", artifact.name}] = Json(artifact.hash);
  }
  return left;
}

Json left_json(const LeftByName& before, const LeftByName& after) {
  LeftByName all = before;
  all.insert(after.begin(), after.end());
  Json::Array rows;
  for (const auto& [key, value] : all) {
    const auto was = before.find(key), is = after.find(key);
    const bool same = was != before.end() && is != after.end() && was->second == is->second;
    Json json;
    json.set("kind", key.first);
    json.set("name", key.second);
    json.set("before", was == before.end() ? Json() : was->second);
    json.set("after", is == after.end() ? Json() : is->second);
    json.set("same", same);
    rows.push_back(std::move(json));
  }
  return Json(std::move(rows));
}

// Tasks of both, those of `after` first and in their order.
std::vector<std::string> all_tasks(const Dag& before, const Dag& after) {
  std::vector<std::string> ids;
  for (const TaskSpec& task : after.tasks) ids.push_back(task.id);
  for (const TaskSpec& task : before.tasks) {
    if (after.find(task.id) == kNoTask) ids.push_back(task.id);
  }
  return ids;
}

Json tasks_json(const LiveRun& before, const LiveRun& after, WallTime now) {
  Json::Array tasks;
  for (const std::string& id : all_tasks(*before.dag, *after.dag)) {
    const TaskRun* was = find_task_run(before, id);
    const TaskRun* is = find_task_run(after, id);
    Json json;
    json.set("task", id);
    json.set("before", side_json(was, now));
    json.set("after", side_json(is, now));
    json.set("left", left_json(left_by(was), left_by(is)));
    tasks.push_back(std::move(json));
  }
  return Json(std::move(tasks));
}

}  // namespace

Result<Response> compare_runs(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const RunRow first = TRY(find_run(*reader, request));
  const RunRow second = TRY(find_other(*reader, request));
  if (first.dag_name != second.dag_name) {
    return invalid(fmt::format("run {} is of {}, run {} of {}; runs of one dag can be compared",
                               first.id.value, first.dag_name, second.id.value, second.dag_name));
  }
  const RunView before = TRY(load_run(context, *reader, first.id));
  const RunView after = TRY(load_run(context, *reader, second.id));
  const auto may_see = [&](const std::string& dag) { return may_read(request.who, dag); };
  const WallTime now = system_now().wall;
  Json json;
  json.set("before", run_json(before.stored.row, now, may_see));
  json.set("after", run_json(after.stored.row, now, may_see));
  json.set("params", params_json(diff_params(*before.live.dag, before.live.run.params,
                                             *after.live.dag, after.live.run.params)));
  json.set("version", diff_json(diff_dags(*before.live.dag, *after.live.dag)));
  json.set("tasks", tasks_json(before.live, after.live, now));
  return Response::json(json);
}

}  // namespace tidemill::api
