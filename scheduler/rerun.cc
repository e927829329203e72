#include "scheduler/rerun.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/graph.h"
#include "core/params.h"

namespace tidemill {
namespace {

Status check_same_dag(const StoredRun& stored, const Dag& dag) {
  const RunRow& row = stored.row;
  if (row.dag_name == dag.name) return Ok{};
  return conflict(fmt::format("run {} is of {}, not of {}", row.id.value, row.dag_name, dag.name));
}

Status check_reusable(const StoredRun& stored, const Dag& dag) {
  TRY(check_same_dag(stored, dag));
  const RunRow& row = stored.row;
  if (is_terminal(row.state)) return Ok{};
  return conflict(fmt::format("run {} is still {}, so its results cannot be taken over yet",
                              row.id.value, to_word(row.state)));
}

// Successful tasks of the earlier run by their position in today's dag; null = not there.
std::vector<std::shared_ptr<const TaskResult>> earlier_results(const StoredRun& stored,
                                                               const DagVersionRow& version,
                                                               const Dag& dag) {
  std::vector<std::shared_ptr<const TaskResult>> by_task(dag.tasks.size());
  const auto empty = std::make_shared<const TaskResult>();
  for (TaskIndex old = 0; old < version.task_count; ++old) {
    const TaskIndex task = dag.find(version.task_ids[old]);
    if (task != kNoTask && stored.tasks[old].state == TaskState::succeeded) by_task[task] = empty;
  }
  for (const auto& [old, result] : stored.results) {
    const TaskIndex task = dag.find(version.task_ids[old]);
    if (task != kNoTask && by_task[task] != nullptr) by_task[task] = result;
  }
  return by_task;
}

void reuse_from_the_top(const Dag& dag, std::vector<std::shared_ptr<const TaskResult>> results,
                        RunOptions& options) {
  for (const auto& level : tasks_by_level(dag)) {
    for (const TaskIndex i : level) {
      const auto& upstream = dag.tasks[i].upstream;
      const bool all_reused = std::all_of(upstream.begin(), upstream.end(),
                                          [&](TaskIndex u) { return results[u] != nullptr; });
      if (!all_reused) results[i] = nullptr;
      if (results[i] != nullptr) options.reuse.emplace_back(i, results[i]);
    }
  }
}

Result<Json::Object> bind_or_say(const Dag& dag, Json::Object values) {
  BoundParams bound = bind_params(dag, Json(std::move(values)));
  if (bound.problems.empty()) return std::move(bound.values);
  std::vector<std::string> problems;
  for (const ParamProblem& problem : bound.problems) {
    problems.push_back(fmt::format("{} {}", problem.name, problem.message));
  }
  return invalid(join(problems, "; "));
}

Result<Json::Object> new_params(const RerunWish& wish) {
  std::vector<std::string> given;
  for (const auto& [name, value] : wish.params) given.push_back(name);
  Json::Object values = TRY(kept_params(wish.run, *wish.dag, given));
  for (const auto& [name, value] : wish.params) values.emplace_back(name, value);
  return bind_or_say(*wish.dag, std::move(values));
}

}  // namespace

Result<Json::Object> kept_params(const StoredRun& stored, const Dag& dag,
                                 const std::vector<std::string>& except) {
  const Json earlier = TRY(parse_json(stored.row.params));
  Json::Object kept;
  for (const ParamSpec& spec : dag.params) {
    const Json* value = earlier.find(spec.name);
    const bool given = std::find(except.begin(), except.end(), spec.name) != except.end();
    if (value == nullptr || value->is_null() || given) continue;
    if (check_param(spec, *value).empty()) kept.emplace_back(spec.name, *value);
  }
  return kept;
}

Status reuse_results(const StoredRun& stored, const DagVersionRow& version, const Dag& dag,
                     RunOptions& options) {
  TRY(check_reusable(stored, dag));
  reuse_from_the_top(dag, earlier_results(stored, version, dag), options);
  options.reused_from = stored.row.id;
  return Ok{};
}

Result<Rerun> plan_rerun(const RerunWish& wish) {
  const RunRow& old = wish.run.row;
  TRY(check_same_dag(wish.run, *wish.dag));
  Rerun rerun;
  SubmitRequest& request = rerun.request;
  request.dag = wish.dag;
  if (wish.dag->content_hash == wish.version.content_hash) request.known_version = old.version;
  request.directory = old.directory;
  request.origin = wish.by;
  request.options.params = TRY(new_params(wish));
  request.options.seed = old.seed;
  request.options.scheduled_for = old.scheduled_for;
  request.options.interval_start = old.interval_start;
  request.options.interval_end = old.interval_end;
  if (wish.from_failed) {
    TRY(reuse_results(wish.run, wish.version, *wish.dag, request.options));
  }
  rerun.tasks = diff_dags(wish.old_dag, *wish.dag);
  const Json before = TRY(parse_json(old.params));
  rerun.params = diff_params(wish.old_dag, before.as_object(), *wish.dag, request.options.params);
  return rerun;
}

}  // namespace tidemill
