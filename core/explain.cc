#include "core/explain.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "core/explain_words.h"
#include "core/graph.h"

namespace tidemill {
namespace {

Explanation explain_retry_wait(const Subject& subject) {
  const TaskRun& state = subject.state();
  Explanation said;
  if (state.retry_at <= subject.now.wall) {
    said.sentence = fmt::format("{} failed ({}) and is tried again now", subject.name(),
                                failure_clause(state));
  } else {
    said.sentence = fmt::format("{} failed ({}) and is tried again in {}, at {}", subject.name(),
                                failure_clause(state), time_until(state.retry_at, subject.now.wall),
                                format_rfc3339(state.retry_at));
  }
  said.details.push_back(attempts_clause(subject.spec(), state));
  if (state.memory_factor > 1.0f) {
    said.details.push_back(
        fmt::format("the next attempt gets {:.2f} times the memory", state.memory_factor));
  }
  return said;
}

Explanation explain_state(const Subject& subject) {
  switch (subject.state().state) {
    case TaskState::waiting:
      return explain_waiting(subject);
    case TaskState::ready:
      return explain_ready(subject);
    case TaskState::dispatched:
      return explain_dispatched(subject);
    case TaskState::running:
      return explain_running(subject);
    case TaskState::retry_wait:
      return explain_retry_wait(subject);
    case TaskState::awaiting_input:
      return explain_awaiting_input(subject);
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return explain_ended(subject);
  }
  UNREACHABLE();
}

// A failed direct upstream settles it, whatever the others do.
bool falls_with_one_upstream(const TaskSpec& spec) {
  if (!spec.needs_expr.empty()) return false;
  return spec.trigger_rule == TriggerRule::all_success ||
         spec.trigger_rule == TriggerRule::none_failed ||
         spec.trigger_rule == TriggerRule::none_failed_min_one_success;
}

}  // namespace

Explanation explain_task(const Dag& dag, const Run& run, TaskIndex task, const Placement* placement,
                         Now now, const TaskNamer& namer) {
  CHECK(run.tasks.size() == dag.tasks.size() && task < run.tasks.size());
  return explain_state({dag, run, task, placement, now, namer});
}

std::vector<TaskIndex> blocked_by(const Dag& dag, const Run& run, TaskIndex task) {
  return blocked_by(dag, run, std::vector<TaskIndex>{task});
}

std::vector<TaskIndex> blocked_by(const Dag& dag, const Run& run,
                                  const std::vector<TaskIndex>& tasks) {
  return reach_downstream(dag, tasks, [&](TaskIndex downstream) {
    const TaskRun& state = run.tasks[downstream];
    if (state.state == TaskState::upstream_failed) return true;
    return state.state == TaskState::waiting && falls_with_one_upstream(dag.tasks[downstream]);
  });
}

}  // namespace tidemill
