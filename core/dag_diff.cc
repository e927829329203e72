#include "core/dag_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/approval.h"
#include "core/params.h"
#include "core/wait_for.h"

namespace tidemill {
namespace {

// A value as text in which different values differ: every part with its length before it.
class Print {
 public:
  Print& add(std::string_view text) {
    fmt::format_to(std::back_inserter(text_), "{}:{},", text.size(), text);
    return *this;
  }
  Print& add(double number) { return add(fmt::format("{}", number)); }
  Print& add(Duration time) { return add(fmt::format("{}", time.count())); }
  template <typename T>
  Print& add_all(const std::vector<T>& values) {
    for (const T& value : values) add(value);
    return add(fmt::format("#{}", values.size()));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

template <typename T>
std::string number_or_none(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "none";
}

std::string print_duration(Duration time) { return fmt::format("{}", time.count()); }

std::string print_retry(const RetryPolicy& retry) {
  Print print;
  print.add(retry.limit).add(retry.delay).add(retry.backoff).add(retry.max_delay);
  print.add(retry.jitter).add(fmt::format("{}", retry.on));
  for (const RetryRule& rule : retry.rules) {
    for (const int code : rule.exit_codes) print.add(code);
    print.add(rule.cause ? to_word(*rule.cause) : "any").add(rule.log_matches);
    print.add(rule.action == RetryRule::Action::retry ? "retry" : "fail");
    print.add(rule.delay ? print_duration(*rule.delay) : "none").add(rule.memory_factor);
  }
  return print.take();
}

std::string print_needs(const Dag& dag, const TaskSpec& task) {
  std::vector<std::string> ids;
  for (const TaskIndex upstream : task.upstream) ids.push_back(dag.tasks[upstream].id);
  std::sort(ids.begin(), ids.end());
  return Print().add_all(ids).add(task.needs_expr.text()).take();
}

std::string print_inputs(const Dag& dag, const TaskSpec& task) {
  Print print;
  for (const InputSpec& input : task.inputs) {
    print.add(input.name).add(input.artifact);
    print.add(input.from == kNoTask ? "" : dag.tasks[input.from].id);
  }
  return print.take();
}

std::string print_env(const TaskSpec& task) {
  Print print;
  for (const auto& [name, value] : task.env) print.add(name).add(value.source());
  return print.take();
}

std::string print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Print print;
  for (const auto& [name, value] : pairs) print.add(name).add(value);
  return print.take();
}

std::string print_command(const TaskSpec& task) {
  Print print;
  for (const Template& argument : task.argv) print.add(argument.source());
  return print.take();
}

std::string print_artifacts(const TaskSpec& task) {
  Print print;
  for (const ArtifactSpec& artifact : task.artifacts) print.add(artifact.name).add(artifact.path);
  return print.take();
}

std::string print_expect(const TaskSpec& task) {
  Print print;
  for (const ExpectRule& rule : task.expect) print.add(rule.name).add(rule.text);
  return print.take();
}

std::string print_resources(const Resources& resources) {
  return fmt::format("{} {} {}", resources.cpu, resources.memory, resources.gpu);
}

std::string print_specs(const std::vector<ParamSpec>& specs) {
  Print print;
  for (const ParamSpec& param : specs) {
    print.add(param.name).add(to_word(param.type)).add(param.description).add(param.pattern);
    print.add(param.items ? to_word(*param.items) : "");
    print.add(param.default_value ? param.default_value->dump() : "none").add(param.required);
    for (const Json& allowed : param.allowed) print.add(allowed.dump());
    print.add(number_or_none(param.minimum)).add(number_or_none(param.maximum));
    print.add(number_or_none(param.min_length)).add(number_or_none(param.max_length));
  }
  return print.take();
}

std::string print_wait(const WaitSpec& wait) {
  Print print;
  print.add(to_word(wait.kind)).add(wait.target.source()).add(wait.head).add_all(wait.status);
  print.add(wait.max_age).add(wait.every).add(wait.timeout).add(wait.skip_on_timeout);
  return print.take();
}

std::string print_approval(const ApprovalSpec& approval) {
  Print print;
  print.add(approval.prompt.source()).add(print_specs(approval.form)).add(to_word(approval.role));
  return print.add(approval.timeout).add(approval.approve_by_default).take();
}

std::string print_action(const Dag&, const TaskSpec& task) {
  if (task.wait_for != nullptr) return print_wait(*task.wait_for);
  return task.approval != nullptr ? print_approval(*task.approval) : "";
}

struct TaskField {
  std::string_view key;
  std::string (*print)(const Dag& dag, const TaskSpec& task);
};

constexpr TaskField kTaskFields[] = {
    {"description", [](const Dag&, const TaskSpec& t) { return t.description; }},
    {"run", [](const Dag&, const TaskSpec& t) { return t.script; }},
    {"command", [](const Dag&, const TaskSpec& t) { return print_command(t); }},
    {"uses", print_action},
    {"publish", [](const Dag&, const TaskSpec& t) { return t.publishes; }},
    {"shell", [](const Dag&, const TaskSpec& t) { return t.shell; }},
    {"cwd", [](const Dag&, const TaskSpec& t) { return t.cwd; }},
    {"umask", [](const Dag&, const TaskSpec& t) { return number_or_none(t.umask); }},
    {"needs", print_needs},
    {"trigger_rule",
     [](const Dag&, const TaskSpec& t) { return std::string(to_word(t.trigger_rule)); }},
    {"if", [](const Dag&, const TaskSpec& t) { return t.condition.text(); }},
    {"setup", [](const Dag&, const TaskSpec& t) { return fmt::format("{}", t.setup); }},
    {"allow_failure",
     [](const Dag&, const TaskSpec& t) { return fmt::format("{}", t.allow_failure); }},
    {"retry", [](const Dag&, const TaskSpec& t) { return print_retry(*t.retry); }},
    {"timeout", [](const Dag&, const TaskSpec& t) { return print_duration(t.timeout); }},
    {"queue_timeout",
     [](const Dag&, const TaskSpec& t) { return print_duration(t.queue_timeout); }},
    {"grace", [](const Dag&, const TaskSpec& t) { return print_duration(t.grace); }},
    {"env", [](const Dag&, const TaskSpec& t) { return print_env(t); }},
    {"secrets", [](const Dag&, const TaskSpec& t) { return print_pairs(t.secrets); }},
    {"runs_on", [](const Dag&, const TaskSpec& t) { return Print().add_all(t.runs_on).take(); }},
    {"pool", [](const Dag&, const TaskSpec& t) { return t.pool; }},
    {"slots", [](const Dag&, const TaskSpec& t) { return fmt::format("{}", t.slots); }},
    {"priority", [](const Dag&, const TaskSpec& t) { return fmt::format("{}", t.priority); }},
    {"resources", [](const Dag&, const TaskSpec& t) { return print_resources(t.resources); }},
    {"outputs", [](const Dag&, const TaskSpec& t) { return Print().add_all(t.outputs).take(); }},
    {"metrics", [](const Dag&, const TaskSpec& t) { return Print().add_all(t.metrics).take(); }},
    {"artifacts", [](const Dag&, const TaskSpec& t) { return print_artifacts(t); }},
    {"inputs", print_inputs},
    {"expect", [](const Dag&, const TaskSpec& t) { return print_expect(t); }},
};

std::string print_schedules(const Dag& dag) {
  Print print;
  for (const Schedule& schedule : dag.schedules) {
    print.add(schedule.text).add(schedule.timezone);
    print.add(static_cast<int>(schedule.dst.gap)).add(static_cast<int>(schedule.dst.fold));
  }
  return print.take();
}

std::string print_params(const Dag& dag) { return print_specs(dag.params); }

std::string print_triggers(const Dag& dag) {
  Print print;
  for (const DagTrigger& trigger : dag.dag_triggers) {
    print.add(trigger.dag);
    for (const RunState state : trigger.states) print.add(to_word(state));
  }
  for (const DatasetTrigger& trigger : dag.dataset_triggers) {
    print.add_all(trigger.datasets).add(trigger.any);
  }
  return print.add_all(dag.webhook_secrets).take();
}

std::string print_pools(const Dag& dag) {
  Print print;
  for (const PoolSpec& pool : dag.pools) print.add(pool.name).add(pool.slots);
  return print.take();
}

std::string print_deadline(const Dag& dag) {
  if (!dag.deadline) return "";
  return fmt::format("{} {}", dag.deadline->after.count(), static_cast<int>(dag.deadline->from));
}

std::string print_alerts(const Dag& dag) {
  const AlertSpec& alerts = dag.alerts;
  Print print;
  print.add(alerts.declared).add_all(alerts.on).add(alerts.severity);
  return print.add(alerts.policy).add(alerts.runbook).take();
}

struct DagField {
  std::string_view key;
  std::string (*print)(const Dag& dag);
};

constexpr DagField kDagFields[] = {
    {"name", [](const Dag& d) { return d.name; }},
    {"description", [](const Dag& d) { return d.description; }},
    {"owner", [](const Dag& d) { return d.owner; }},
    {"tags", [](const Dag& d) { return Print().add_all(d.tags).take(); }},
    {"schedule", print_schedules},
    {"catchup",
     [](const Dag& d) {
       return fmt::format("{} {}", static_cast<int>(d.catchup.mode), d.catchup.window.count());
     }},
    {"max_active_runs", [](const Dag& d) { return fmt::format("{}", d.max_active_runs); }},
    {"on_overlap", [](const Dag& d) { return fmt::format("{}", static_cast<int>(d.on_overlap)); }},
    {"on_partition",
     [](const Dag& d) { return fmt::format("{}", static_cast<int>(d.on_partition)); }},
    {"timeout", [](const Dag& d) { return print_duration(d.timeout); }},
    {"deadline", print_deadline},
    {"expect_run_every", [](const Dag& d) { return print_duration(d.expect_run_every); }},
    {"priority", [](const Dag& d) { return fmt::format("{}", d.priority); }},
    {"max_active_tasks", [](const Dag& d) { return fmt::format("{}", d.max_active_tasks); }},
    {"params", print_params},
    {"pools", print_pools},
    {"triggers", print_triggers},
    {"alerts", print_alerts},
};

const Json* find_value(const Json::Object& values, std::string_view name) {
  for (const auto& [key, value] : values) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool is_secret_in(const Dag& dag, std::string_view name) {
  return std::any_of(dag.params.begin(), dag.params.end(), [&](const ParamSpec& param) {
    return param.name == name && is_secret(param);
  });
}

}  // namespace

DagDiff diff_dags(const Dag& before, const Dag& after) {
  DagDiff diff;
  for (const TaskSpec& task : before.tasks) {
    if (after.find(task.id) == kNoTask) diff.removed.push_back(task.id);
  }
  for (const TaskSpec& task : after.tasks) {
    const TaskIndex old = before.find(task.id);
    if (old == kNoTask) {
      diff.added.push_back(task.id);
      continue;
    }
    TaskDiff changed{task.id, {}};
    for (const TaskField& field : kTaskFields) {
      if (field.print(before, before.tasks[old]) == field.print(after, task)) continue;
      changed.fields.push_back(field.key);
    }
    if (!changed.fields.empty()) diff.changed.push_back(std::move(changed));
  }
  for (const DagField& field : kDagFields) {
    if (field.print(before) != field.print(after)) diff.fields.push_back(field.key);
  }
  return diff;
}

std::vector<ParamDiff> diff_params(const Dag& before_dag, const Json::Object& before,
                                   const Dag& after_dag, const Json::Object& after) {
  std::vector<ParamDiff> diff;
  const auto compare = [&](const std::string& name) {
    const Json* was = find_value(before, name);
    const Json* is = find_value(after, name);
    if (was != nullptr && is != nullptr && *was == *is) return;
    const bool hide = is_secret_in(before_dag, name) || is_secret_in(after_dag, name);
    const auto shown = [hide](const Json* value) -> std::optional<Json> {
      if (value == nullptr) return std::nullopt;
      return hide && !value->is_null() ? Json("***") : *value;
    };
    diff.push_back({name, shown(was), shown(is)});
  };
  for (const auto& [name, value] : after) compare(name);
  for (const auto& [name, value] : before) {
    if (find_value(after, name) == nullptr) compare(name);
  }
  return diff;
}

}  // namespace tidemill
