// The names of a run as expressions see them.
#include <memory>

#include "core/render.h"
#include "core/render_scope.h"

namespace tidemill {
namespace {

// The wall time as text; null when it was never set.
Json time_value(WallTime at) { return at == WallTime{} ? Json() : Json(format_rfc3339(at)); }

std::optional<Json> run_value(const Dag& dag, const Run& run, const std::string& name) {
  if (name == "id") return Json(run.id.value);
  if (name == "dag") return Json(dag.name);
  if (name == "seed") return Json(static_cast<std::int64_t>(run.seed >> 1));
  if (name == "logical_time" || name == "scheduled_for") return time_value(run.scheduled_for);
  if (name == "interval_start") return time_value(run.interval_start);
  if (name == "interval_end") return time_value(run.interval_end);
  return std::nullopt;
}

Json artifacts_value(const TaskResult& result) {
  Json::Object members;
  for (const Artifact& artifact : result.artifacts) {
    members.emplace_back(artifact.name, artifact.hash);
  }
  return Json(std::move(members));
}

std::optional<Json> result_value(const TaskResult& result, const std::string& kind) {
  if (kind == "outputs") return outputs_json(result);
  if (kind == "metrics") return metrics_json(result);
  if (kind == "artifacts") return artifacts_value(result);
  return std::nullopt;
}

// One value without building all of its neighbours.
std::optional<Json> result_member(const TaskResult& result, const std::string& kind,
                                  const std::string& name) {
  if (kind == "outputs") {
    if (const std::string* output = result.output(name)) return Json(*output);
  } else if (kind == "metrics") {
    if (const Metric* metric = result.metric(name)) return Json(metric->value);
  } else if (kind == "artifacts") {
    if (const Artifact* artifact = result.artifact(name)) return Json(artifact->hash);
  }
  return std::nullopt;
}

// `path` is {"tasks", id, …}. A name that a task did not leave is not found here, and then found
// missing in the object one step shorter: an error, or the default of default().
std::optional<Json> task_value(const Dag& dag, const Run& run, const ExprPath& path) {
  const TaskIndex task = dag.find(path[1]);
  if (task == kNoTask || !is_terminal(run.tasks[task].state)) return std::nullopt;
  const TaskRun& state = run.tasks[task];
  static const TaskResult kNothing;
  const TaskResult& result = state.result ? *state.result : kNothing;
  if (path.size() == 3 && path[2] == "state") return Json(to_word(state.state));
  if (path.size() == 3) return result_value(result, path[2]);
  if (path.size() == 4) return result_member(result, path[2], path[3]);
  return std::nullopt;
}

const Json* find_member(const Json::Object& object, const std::string& name) {
  for (const Json::Member& member : object) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

}  // namespace

ExprLookup run_lookup(const Dag& dag, const Run& run) {
  return [&dag, &run](const ExprPath& path) -> std::optional<Json> {
    if (path.size() >= 3 && path[0] == "tasks") return task_value(dag, run, path);
    if (path.size() != 2) return std::nullopt;
    if (path[0] == "run") return run_value(dag, run, path[1]);
    if (path[0] != "params") return std::nullopt;
    const Json* param = find_member(run.params, path[1]);
    return param == nullptr ? std::nullopt : std::optional<Json>(*param);
  };
}

ExprLookup lookup_with_env(ExprLookup names, const Variables& variables) {
  return [names = std::move(names), &variables](const ExprPath& path) -> std::optional<Json> {
    if (path.size() != 2 || path[0] != "env") return names(path);
    const auto found = variables.find(path[1]);
    return found == variables.end() ? std::nullopt : std::optional<Json>(found->second);
  };
}

ExprLookup task_lookup(const Dag& dag, const Run& run, TaskIndex task) {
  // Rendered once, when an expression first asks for one of them. A variable that cannot be
  // rendered stays unknown.
  struct LazyVariables {
    bool rendered = false;
    Variables values;
  };
  auto lazy = std::make_shared<LazyVariables>();
  ExprLookup names = run_lookup(dag, run);
  ExprLookup with_env = lookup_with_env(names, lazy->values);
  return [&dag, task, lazy, names, with_env](const ExprPath& path) -> std::optional<Json> {
    if (!path.empty() && path[0] == "env" && !lazy->rendered) {
      lazy->rendered = true;
      const Status status = render_variables(dag.tasks[task], names, lazy->values);
      if (!status.ok()) return std::nullopt;
    }
    return with_env(path);
  };
}

}  // namespace tidemill
