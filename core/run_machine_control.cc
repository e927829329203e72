// Clearing and marking tasks by hand. core/clear.h has decided what changes; here it is carried
// out.
#include <fmt/format.h>

#include "base/check.h"
#include "core/run_machine_step.h"

namespace tidemill {

void Step::on(const event::Clear& clear) {
  const auto plan = plan_clear(dag_, run_, clear.tasks, clear.reach);
  if (!plan.ok()) return reject(plan.error().message);
  carry_out(*plan, done_by("cleared", clear.by, clear.reason));
}

void Step::on(const event::Mark& mark) {
  const auto plan = plan_mark(dag_, run_, mark.tasks, mark.to);
  if (!plan.ok()) return reject(plan.error().message);
  carry_out(*plan, done_by(fmt::format("marked {}", to_word(mark.to)), mark.by, mark.reason));
}

void Step::carry_out(const ClearPlan& plan, const std::string& reason) {
  if (plan.reopens) reopen();
  for (const PlannedChange& change : plan.tasks) {
    if (change.live) {
      stop_by_hand(change, reason);
    } else if (change.to == TaskState::waiting) {
      reset(change.task, reason);
    } else {
      mark(change.task, change.to, reason);
    }
  }
  // Only now: what one of them may do depends on all of them.
  const TaskIndex start = dag_.hook(HookKind::start);
  for (const PlannedChange& change : plan.tasks) {
    if (is_ordinary(change.task)) {
      decide(change.task);
    } else if (change.task == start && run_.state == RunState::running) {
      begin(start);
    }
  }
}

void Step::reopen() {
  CHECK(is_terminal(run_.state));
  run_.state = RunState::queued;
  ++run_.reopened;
  run_.cancelling = false;
  run_.timed_out = false;
  run_.timeout_shift = {};
  run_.reason.clear();
  run_.started_at = {};
  run_.ended_at = {};
  touch_run();
}

// A task that had ended has not any more, for itself and for those after it.
void Step::leave_end(TaskIndex task) {
  const TaskState before = at(task).state;
  if (!is_terminal(before) || !is_ordinary(task)) return;
  ++run_.open;
  for (const TaskIndex downstream : spec(task).downstream) {
    ++result_.work;
    at(downstream).upstream.remove(before);
  }
}

void Step::reset(TaskIndex task, std::string reason) {
  leave_end(task);
  by_hand_ = true;
  TaskRun& state = change(task, {.state = TaskState::waiting});
  by_hand_ = false;
  result_.reset.push_back(task);
  ++state.clears;
  state.attempts_before = state.attempts;
  state.retries = 0;
  state.losses = 0;
  state.memory_factor = 1.0f;
  state.tolerated = false;
  state.marked = false;
  state.on_stop.reset();
  state.ready_at = {};
  state.started_at = {};
  state.ended_at = {};
  state.retry_at = {};
  state.result = nullptr;
  state.reason = std::move(reason);
}

void Step::mark(TaskIndex task, TaskState to, std::string reason) {
  leave_end(task);
  by_hand_ = true;
  end(task, to, std::move(reason));
  by_hand_ = false;
  TaskRun& state = at(task);
  state.marked = true;
  state.tolerated = to == TaskState::failed && spec(task).allow_failure;
  state.on_stop.reset();
  state.result = nullptr;
}

void Step::stop_by_hand(const PlannedChange& change, const std::string& reason) {
  TaskRun& state = mark_stopping(change.task, Cause::cancelled);
  state.on_stop = change.to;
  state.reason = reason;
  emit(effect::Stop{change.task, state.attempt, stop_word(run_, state)});
}

// The attempt of a task that was cleared or marked while it was live is gone.
bool Step::end_by_hand(TaskIndex task, const Outcome& outcome, const RetryDecision& decision) {
  const auto to = at(task).on_stop;
  if (!to) return false;
  at(task).on_stop.reset();
  if (*to == TaskState::succeeded && decision.kind == RetryDecision::Kind::succeed) return false;
  record_attempt(at(task), outcome);
  std::string reason = std::move(at(task).reason);
  if (*to != TaskState::waiting) {
    mark(task, *to, std::move(reason));
    return true;
  }
  reset(task, std::move(reason));
  if (is_ordinary(task)) decide(task);
  return true;
}

}  // namespace tidemill
