// The words behind a trigger decision, and the decision of a task's own `if:`.
#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/text.h"
#include "core/render.h"
#include "core/state_words.h"
#include "core/trigger.h"

namespace tidemill {
namespace {

using Verdict = TriggerVerdict::Kind;

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
                        in_words(state), names_text(groups[i]));
  }
  return text;
}

std::string single_text(const Dag& dag, const Run& run, TaskIndex task) {
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    if (run.tasks[upstream].pruned) continue;
    const TaskState state = run.tasks[upstream].state;
    const bool is_verb = state == TaskState::succeeded || state == TaskState::failed;
    return fmt::format("{} {}{}", dag.tasks[upstream].id, is_verb ? "" : "is ", in_words(state));
  }
  UNREACHABLE();
}

std::string upstreams_text(const Dag& dag, const Run& run, TaskIndex task) {
  const std::uint32_t total = run.tasks[task].upstream.total;
  if (total == 1) return single_text(dag, run, task);
  return counts_text(group_upstreams(dag, run, task), total);
}

bool is_failure(TaskState state) {
  return state == TaskState::failed || state == TaskState::upstream_failed ||
         state == TaskState::cancelled;
}

// Whether upstreams that ended so are why a task with this rule does not run. Where a rule is
// settled only by all of them together, each is.
bool speaks_against(TriggerRule rule, Verdict verdict, TaskState state) {
  switch (rule) {
    case TriggerRule::all_success:
    case TriggerRule::none_failed:
    case TriggerRule::none_failed_min_one_success:
      return verdict == Verdict::upstream_failed ? is_failure(state) : state == TaskState::skipped;
    case TriggerRule::all_failed:
      return !is_failure(state);
    case TriggerRule::all_skipped:
      return state != TaskState::skipped;
    case TriggerRule::none_skipped:
      return state == TaskState::skipped;
    case TriggerRule::all_done:
    case TriggerRule::all_done_min_one_success:
    case TriggerRule::one_success:
    case TriggerRule::one_failed:
    case TriggerRule::one_done:
    case TriggerRule::all_done_setup_success:
    case TriggerRule::always:
      return true;
  }
  UNREACHABLE();
}

std::string_view wish(TriggerRule rule) {
  switch (rule) {
    case TriggerRule::all_success:
      return "every upstream to succeed";
    case TriggerRule::all_failed:
      return "every upstream to fail";
    case TriggerRule::all_done:
      return "every upstream to end";
    case TriggerRule::all_done_min_one_success:
    case TriggerRule::one_success:
      return "one upstream to succeed";
    case TriggerRule::all_skipped:
      return "every upstream to be skipped";
    case TriggerRule::one_failed:
      return "one upstream to fail";
    case TriggerRule::one_done:
      return "one upstream to succeed or fail";
    case TriggerRule::none_failed:
      return "every upstream to succeed or be skipped";
    case TriggerRule::none_failed_min_one_success:
      return "every upstream to succeed or be skipped, and one to succeed";
    case TriggerRule::none_skipped:
      return "no upstream to be skipped";
    case TriggerRule::all_done_setup_success:
      return "one upstream with setup: true to succeed";
    case TriggerRule::always:
      return "nothing";
  }
  UNREACHABLE();
}

std::string_view ending(TaskState state, bool several) {
  switch (state) {
    case TaskState::skipped:
      return several ? "were skipped" : "was skipped";
    case TaskState::cancelled:
      return several ? "were cancelled" : "was cancelled";
    case TaskState::upstream_failed:
      return "did not run";
    case TaskState::succeeded:
    case TaskState::failed:
      return to_word(state);
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::dispatched:
    case TaskState::running:
    case TaskState::retry_wait:
    case TaskState::awaiting_input:
      break;
  }
  UNREACHABLE();
}

// "a, b failed, quiet was skipped". Open upstreams are left out: they will have gone on when the
// recorded sentence is read.
template <typename Counts>
std::string endings_text(const Groups& groups, Counts counts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto state = static_cast<TaskState>(i);
    if (groups[i].count == 0 || !is_terminal(state) || !counts(state)) continue;
    parts.push_back(
        fmt::format("{} {}", names_text(groups[i]), ending(state, groups[i].count > 1)));
  }
  return join(parts, ", ");
}

bool is_against(Verdict kind) { return kind == Verdict::skip || kind == Verdict::upstream_failed; }

// "quiet was skipped, and all_success needs every upstream to succeed".
std::string refusal_text(const Dag& dag, const Run& run, TaskIndex task, Verdict verdict) {
  const TriggerRule rule = dag.tasks[task].trigger_rule;
  const std::string cause = endings_text(group_upstreams(dag, run, task), [&](TaskState state) {
    return speaks_against(rule, verdict, state);
  });
  // That the default rule stops at a failure needs no telling.
  if (rule == TriggerRule::all_success && verdict == Verdict::upstream_failed) return cause;
  return fmt::format("{}, and {} needs {}", cause, to_word(rule), wish(rule));
}

bool has_setups(const Dag& dag, const Run& run, TaskIndex task) {
  for (const TaskIndex upstream : dag.tasks[task].upstream) {
    if (dag.tasks[upstream].setup && !run.tasks[upstream].pruned) return true;
  }
  return false;
}

std::string_view expression_verdict(Verdict kind) {
  switch (kind) {
    case Verdict::wait:
      return "is not decided yet";
    case Verdict::run:
      return "is true";
    case Verdict::skip:
      return "is false";
    case Verdict::upstream_failed:
      break;
  }
  UNREACHABLE();
}

std::string expression_text(const Dag& dag, const Run& run, TaskIndex task, Verdict verdict) {
  const std::string head = fmt::format("needs: {} {}", dag.tasks[task].needs_expr.text(),
                                       expression_verdict(verdict));
  if (verdict == Verdict::wait) return head + "; " + upstreams_text(dag, run, task);
  const std::string ended = endings_text(group_upstreams(dag, run, task),
                                         [](TaskState) { return true; });
  return ended.empty() ? head : head + ": " + ended;
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
    verdict.why = expression_text(dag, run, task, verdict.kind);
  } else if (is_against(verdict.kind)) {
    verdict.why = refusal_text(dag, run, task, verdict.kind);
  } else if (spec.trigger_rule == TriggerRule::all_success) {
    verdict.why = upstreams_text(dag, run, task);
  } else {
    verdict.why = fmt::format("{}: {}", to_word(spec.trigger_rule), upstreams_text(dag, run, task));
  }
  if (spec.trigger_rule == TriggerRule::all_done_setup_success && is_against(verdict.kind) &&
      !has_setups(dag, run, task)) {
    verdict.why += "; none of them is a setup";
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
