#include <map>

#include "core/params.h"
#include "core/render_scope.h"
#include "core/run_machine.h"

namespace tidemill {
namespace {

// Keeps the place of a name's first appearance and the value of its last.
template <typename T>
class LastValues {
 public:
  void set(std::string_view name, const T& value) {
    if (values_.insert_or_assign(name, &value).second) names_.push_back(name);
  }
  Json object() const {
    Json::Object members;
    members.reserve(names_.size());
    for (const std::string_view name : names_) {
      members.emplace_back(std::string(name), *values_.at(name));
    }
    return Json(std::move(members));
  }

 private:
  std::map<std::string_view, const T*> values_;
  std::vector<std::string_view> names_;
};

void set_time(Json::Object& object, const char* name, WallTime at) {
  if (at != WallTime{}) object.emplace_back(name, format_rfc3339(at));
}

Json run_context(const Dag& dag, const Run& run, const TaskSpec& spec) {
  Json::Object object;
  object.emplace_back("id", run.id.value);
  object.emplace_back("seed", task_seed(run, spec));
  set_time(object, "logical_time", run.scheduled_for);
  set_time(object, "interval_start", run.interval_start);
  set_time(object, "interval_end", run.interval_end);
  if (spec.hook != HookKind::none && spec.hook != HookKind::start) {
    object.emplace_back("state", to_word(state_of(dag, run)));
  }
  return Json(std::move(object));
}

Json upstream_context(const TaskRun& state) {
  static const TaskResult kNothing;
  const TaskResult& result = state.result ? *state.result : kNothing;
  Json::Object object;
  object.emplace_back("state", to_word(state.state));
  object.emplace_back("outputs", outputs_json(result));
  object.emplace_back("metrics", metrics_json(result));
  return Json(std::move(object));
}

Json inputs_context(const std::vector<RenderedInput>& inputs) {
  Json::Object object;
  for (const RenderedInput& input : inputs) {
    Json::Object member;
    member.emplace_back("hash", input.hash);
    member.emplace_back("is_directory", input.is_directory);
    object.emplace_back(input.name, std::move(member));
  }
  return Json(std::move(object));
}

}  // namespace

Json outputs_json(const TaskResult& result) {
  LastValues<std::string> values;
  for (const auto& [name, value] : result.outputs) values.set(name, value);
  return values.object();
}

Json metrics_json(const TaskResult& result) {
  LastValues<double> values;
  for (const Metric& metric : result.metrics) {
    if (metric.slice.empty()) values.set(metric.name, metric.value);
  }
  return values.object();
}

std::string context_of(const Dag& dag, const Run& run, TaskIndex task, std::uint32_t attempt_number,
                       const std::vector<RenderedInput>& inputs) {
  const TaskSpec& spec = dag.tasks[task];
  Json::Object upstreams;
  for (const TaskIndex upstream : spec.upstream) {
    upstreams.emplace_back(dag.tasks[upstream].id, upstream_context(run.tasks[upstream]));
  }
  Json::Object context;
  context.emplace_back("run", run_context(dag, run, spec));
  context.emplace_back("dag", dag.name);
  context.emplace_back("task", spec.id);
  context.emplace_back("attempt", std::int64_t{attempt_number});
  // Secret ones reach the task by its environment alone: this becomes a file.
  context.emplace_back("params", shown_params(dag, run.params));
  context.emplace_back("upstream", std::move(upstreams));
  context.emplace_back("inputs", inputs_context(inputs));
  return Json(std::move(context)).dump();
}

}  // namespace tidemill
