// The words behind a trigger decision, and the decision of a task's own `if:`.
#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/text.h"
#include "core/render.h"
#include "core/trigger.h"

namespace tidemill {
namespace {

using Kind = TriggerVerdict::Kind;

constexpr std::size_t kNamesShown = 3;

// The upstreams that are in one state: how many, and the first few by name.
struct Group {
  std::uint32_t count = 0;
  std::vector<std::string> names;
};

using Groups = std::array<Group, kTaskStateCount>;

Groups group_upstreams(const Dag& dag, const Run& run, TaskIndex task) {
  Groups groups;
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    const TaskRun& state = run.tasks[upstream];
    if (state.pruned) continue;
    Group& group = groups[static_cast<std::size_t>(state.state)];
    ++group.count;
    if (group.names.size() < kNamesShown) group.names.push_back(dag.tasks[upstream].id);
  }
  return groups;
}

std::string names_text(const Group& group) {
  std::string text = join(group.names, ", ");
  if (group.count > group.names.size()) {
    text += fmt::format(" and {} more", group.count - group.names.size());
  }
  return text;
}

// "2 of 3 upstreams succeeded, 1 still running (train)".
std::string counts_text(const Groups& groups, std::uint32_t total) {
  const auto succeeded = static_cast<std::size_t>(TaskState::succeeded);
  std::string text = fmt::format("{} of {} upstreams succeeded", groups[succeeded].count, total);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto state = static_cast<TaskState>(i);
    if (groups[i].count == 0 || state == TaskState::succeeded) continue;
    text += fmt::format(", {} {}{} ({})", groups[i].count, is_terminal(state) ? "" : "still ",
                        to_word(state), names_text(groups[i]));
  }
  return text;
}

std::string single_text(const Dag& dag, const Run& run, TaskIndex task) {
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    if (run.tasks[upstream].pruned) continue;
    const TaskState state = run.tasks[upstream].state;
    const bool is_verb = state == TaskState::succeeded || state == TaskState::failed;
    return fmt::format("upstream {} {}{}", dag.tasks[upstream].id, is_verb ? "" : "is ",
                       to_word(state));
  }
  UNREACHABLE();
}

std::string upstreams_text(const Dag& dag, const Run& run, TaskIndex task) {
  const std::uint32_t total = run.tasks[task].upstream.total;
  if (total == 1) return single_text(dag, run, task);
  return counts_text(group_upstreams(dag, run, task), total);
}

bool has_setups(const Dag& dag, const Run& run, TaskIndex task) {
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    if (dag.tasks[upstream].setup && !run.tasks[upstream].pruned) return true;
  }
  return false;
}

std::string_view expression_verdict(Kind kind) {
  switch (kind) {
    case Kind::wait:
      return "is not decided yet";
    case Kind::run:
      return "is true";
    case Kind::skip:
      return "is false";
    case Kind::upstream_failed:
      break;
  }
  UNREACHABLE();
}

}  // namespace

TriggerVerdict explain_trigger(const Dag& dag, const Run& run, TaskIndex task) {
  const TaskSpec& spec = dag.tasks[task];
  TriggerVerdict verdict{.kind = decide_trigger(dag, run, task), .why = {}};
  if (spec.upstream.empty()) {
    verdict.why = "it has no upstreams";
  } else if (run.tasks[task].upstream.total == 0) {
    verdict.why = "none of its upstreams takes part in this run";
  } else if (!spec.needs_expr.empty()) {
    verdict.why = fmt::format("needs: {} {}; {}", spec.needs_expr.text(),
                              expression_verdict(verdict.kind), upstreams_text(dag, run, task));
  } else if (spec.trigger_rule == TriggerRule::all_success) {
    verdict.why = upstreams_text(dag, run, task);
  } else {
    verdict.why = fmt::format("{}: {}", to_word(spec.trigger_rule), upstreams_text(dag, run, task));
    if (spec.trigger_rule == TriggerRule::all_done_setup_success && !has_setups(dag, run, task)) {
      verdict.why += "; none of them is a setup";
    }
  }
  return verdict;
}

ConditionVerdict decide_condition(const Dag& dag, const Run& run, TaskIndex task) {
  using Condition = ConditionVerdict::Kind;
  const Expr& condition = dag.tasks[task].condition;
  if (condition.empty()) return {};
  const auto broken = [&](const std::string& why) {
    return ConditionVerdict{Condition::broken, fmt::format("if: {}: {}", condition.text(), why)};
  };
  const Result<ExprValue> value = evaluate(condition, task_lookup(dag, run, task));
  if (!value.ok()) return broken(value.error().message);
  if (!value->known) return broken("it speaks of something that is not known yet");
  if (value->value.kind() != Json::Kind::boolean) {
    return broken(fmt::format("{} is neither true nor false", printable(value->value.dump(), 80)));
  }
  if (value->value.as_bool()) return {};
  return {Condition::skip, fmt::format("if: {} is false", condition.text())};
}

}  // namespace tidemill
