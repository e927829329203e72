#include "scheduler/start_message.h"

#include <algorithm>

#include "base/text.h"
#include "core/params.h"

namespace tidemill {
namespace {

std::vector<std::string> log_patterns(const RetryPolicy& retry) {
  std::vector<std::string> patterns;
  for (const RetryRule& rule : retry.rules) patterns.push_back(rule.log_matches);
  return patterns;
}

// Well below what a frame may hold; what is larger belongs into an artifact.
constexpr std::size_t kMostBytes = 32u << 20;

std::size_t size_of(const RenderedTask& task) {
  std::size_t bytes = task.script.size() + task.context_json.size();
  for (const std::string& word : task.argv) bytes += word.size();
  for (const auto& [name, value] : task.env) bytes += name.size() + value.size();
  return bytes;
}

Resources grown(Resources resources, float memory_factor) {
  resources.memory = static_cast<std::uint64_t>(static_cast<double>(resources.memory) *
                                                static_cast<double>(memory_factor));
  return resources;
}

bool is_secret_param(const Dag& dag, std::string_view param) {
  return std::any_of(dag.params.begin(), dag.params.end(),
                     [&](const ParamSpec& spec) { return spec.name == param && is_secret(spec); });
}

// Parameters of type secret go the way of secrets: their values are masked.
void part_secrets(const Dag& dag, const Json::Object& params, message::Start& start) {
  for (const auto& [name, value] : params) {
    if (value.is_null() || !is_secret_param(dag, name)) continue;
    auto variable = std::move(param_environment({{name, value}}).front());
    const auto in_env = std::find_if(start.env.begin(), start.env.end(), [&](const auto& item) {
      return item.first == variable.first;
    });
    start.secrets.push_back(std::move(variable));
    if (in_env == start.env.end()) continue;
    // The task may give the variable another value, which wins; both are masked.
    if (in_env->second != start.secrets.back().second) start.secrets.push_back(*in_env);
    start.env.erase(in_env);
  }
}

}  // namespace

Result<RenderedTask> render_next(const LiveRun& live, TaskIndex task) {
  RenderedTask rendered = TRY(
      render_task(*live.dag, live.run, task, live.run.tasks[task].attempts + 1));
  if (const std::size_t bytes = size_of(rendered); bytes > kMostBytes) {
    return invalid(fmt::format(
        "its command, environment and the outputs that it may read are {} together, the limit is "
        "{}; pass large values as artifacts",
        format_bytes(bytes), format_bytes(kMostBytes)));
  }
  return rendered;
}

Result<message::Start> start_message(const LiveRun& live, TaskIndex task) {
  return start_message(live, task,
                       TRY(render_task(*live.dag, live.run, task, live.run.tasks[task].attempts)));
}

message::Start start_message(const LiveRun& live, TaskIndex index, RenderedTask rendered) {
  const TaskSpec& spec = live.dag->tasks[index];
  const TaskRun& task = live.run.tasks[index];
  message::Start start;
  start.attempt = task.attempt;
  start.run = live.run.id;
  start.dag = live.dag->name;
  start.task = spec.id;
  start.task_index = index;
  start.number = task.attempts;
  start.priority = spec.priority;
  start.slots = spec.slots;
  start.argv = std::move(rendered.argv);
  start.script = std::move(rendered.script);
  start.shell = spec.shell;
  start.directory = spec.cwd.empty() ? live.directory : live.directory + "/" + spec.cwd;
  start.umask = spec.umask;
  start.env = std::move(rendered.env);
  part_secrets(*live.dag, live.run.params, start);
  start.timeout = spec.timeout;
  start.grace = spec.grace;
  start.resources = grown(spec.resources, task.memory_factor);
  start.outputs = spec.outputs;
  start.metrics = spec.metrics;
  start.artifacts = spec.artifacts;
  start.inputs = std::move(rendered.inputs);
  start.log_patterns = log_patterns(*spec.retry);
  start.context_json = std::move(rendered.context_json);
  start.expect = spec.expect;
  start.outlives_lease = live.dag->on_partition == Dag::OnPartition::go_on;
  return start;
}

}  // namespace tidemill
