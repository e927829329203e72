#include "cli/reuse.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/stored_run.h"
#include "core/graph.h"
#include "core/params.h"

namespace tidemill {
namespace {

Status check_reusable(const StoredRun& stored, const Dag& dag) {
  const RunRow& row = stored.row;
  if (row.dag_name != dag.name) {
    return invalid(fmt::format("run {} is of {}, not of {}", row.id.value, row.dag_name, dag.name));
  }
  if (!is_terminal(row.state)) {
    return conflict(
        fmt::format("run {} is still {}; the same command without --from-failed resumes it",
                    row.id.value, to_word(row.state)));
  }
  return Ok{};
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

bool was_given(const std::vector<std::string>& given, const std::string& name) {
  return std::any_of(given.begin(), given.end(), [&](const std::string& text) {
    return text.substr(0, text.find('=')) == name;
  });
}

Status take_params(const StoredRun& stored, const Dag& dag, const std::vector<std::string>& given,
                   RunOptions& options) {
  const Json earlier = TRY(parse_json(stored.row.params));
  for (const ParamSpec& spec : dag.params) {
    const Json* value = earlier.find(spec.name);
    if (value == nullptr || was_given(given, spec.name) || !check_param(spec, *value).empty())
      continue;
    for (auto& [name, current] : options.params) {
      if (name == spec.name) current = *value;
    }
  }
  return Ok{};
}

}  // namespace

Status reuse_from(const std::string& data_dir, const std::string& run, const Dag& dag,
                  const std::vector<std::string>& given, RunOptions& options) {
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, run));
  const StoredRun stored = TRY(reader.stored_run(id));
  TRY(check_reusable(stored, dag));
  const DagVersionRow version = TRY(reader.dag_version(stored.row.version));
  TRY(take_params(stored, dag, given, options));
  reuse_from_the_top(dag, earlier_results(stored, version, dag), options);
  options.reused_from = id;
  return Ok{};
}

}  // namespace tidemill
