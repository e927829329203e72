#include "core/render.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "core/params.h"
#include "core/render_scope.h"
#include "core/run_machine.h"

namespace tidemill {
namespace {

void add_time(Variables& variables, const char* name, WallTime at) {
  if (at != WallTime{}) variables[name] = format_rfc3339(at);
}

Variables identity(const Dag& dag, const Run& run, TaskIndex task, std::uint32_t attempt_number) {
  const TaskSpec& spec = dag.tasks[task];
  Variables variables;
  variables["TIDEMILL_RUN_ID"] = fmt::format("{}", run.id.value);
  variables["TIDEMILL_DAG"] = dag.name;
  variables["TIDEMILL_TASK"] = spec.id;
  variables["TIDEMILL_ATTEMPT"] = fmt::format("{}", attempt_number);
  variables["TIDEMILL_SEED"] = fmt::format("{}", task_seed(run, spec));
  add_time(variables, "TIDEMILL_LOGICAL_TIME", run.scheduled_for);
  add_time(variables, "TIDEMILL_INTERVAL_START", run.interval_start);
  add_time(variables, "TIDEMILL_INTERVAL_END", run.interval_end);
  // A hook after the body is told how the body ended.
  if (spec.hook != HookKind::none && spec.hook != HookKind::start) {
    variables["TIDEMILL_RUN_STATE"] = to_word(state_of(dag, run));
  }
  for (auto& [name, value] : param_environment(run.params)) variables[name] = std::move(value);
  return variables;
}

Result<std::vector<std::string>> render_argv(const TaskSpec& spec, const ExprLookup& names) {
  std::vector<std::string> argv;
  argv.reserve(spec.argv.size());
  for (const Template& item : spec.argv) {
    auto text = item.render(names);
    if (!text.ok()) return text.error().context(fmt::format("command: {}", item.source()));
    argv.push_back(std::move(text).value());
  }
  return argv;
}

Result<std::vector<RenderedInput>> find_inputs(const Dag& dag, const Run& run,
                                               const TaskSpec& spec) {
  std::vector<RenderedInput> inputs;
  for (const InputSpec& input : spec.inputs) {
    const TaskRun& from = run.tasks[input.from];
    const Artifact* artifact = from.result ? from.result->artifact(input.artifact) : nullptr;
    if (artifact == nullptr) {
      return not_found(fmt::format(
          "input {}: {} left no artifact {} ({}{})", input.name, dag.tasks[input.from].id,
          input.artifact, from.pruned ? "left out of this run, " : "", to_word(from.state)));
    }
    inputs.push_back({input.name, artifact->hash, artifact->is_directory});
  }
  return inputs;
}

}  // namespace

Status render_variables(const TaskSpec& spec, const ExprLookup& names, Variables& variables) {
  const ExprLookup lookup = lookup_with_env(names, variables);
  for (const auto& [name, value] : spec.env) {
    auto text = value.render(lookup);
    if (!text.ok()) return text.error().context("env." + name);
    variables[name] = std::move(text).value();
  }
  return Ok{};
}

std::int64_t task_seed(const Run& run, const TaskSpec& spec) {
  return static_cast<std::int64_t>(hash64(spec.id, run.seed) & 0x7fffffff);
}

Result<RenderedTask> render_task(const Dag& dag, const Run& run, TaskIndex task,
                                 std::uint32_t attempt_number) {
  const TaskSpec& spec = dag.tasks[task];
  const ExprLookup names = run_lookup(dag, run);
  Variables own;
  TRY(render_variables(spec, names, own));
  RenderedTask rendered;
  rendered.argv = TRY(render_argv(spec, lookup_with_env(names, own)));
  if (spec.argv.empty() && spec.shell.empty()) rendered.argv = plain_words(spec.script);
  if (rendered.argv.empty()) rendered.script = spec.script;
  rendered.inputs = TRY(find_inputs(dag, run, spec));
  rendered.context_json = context_of(dag, run, task, attempt_number, rendered.inputs);
  own.merge(identity(dag, run, task, attempt_number));
  rendered.env.assign(own.begin(), own.end());
  return rendered;
}

}  // namespace tidemill
