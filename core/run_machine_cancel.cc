// Cancelling, and timers that fire. A live attempt is only asked to stop here; it stays live until
// its worker says that it is gone.
#include <fmt/format.h>

#include "base/check.h"
#include "core/run_machine_step.h"

namespace tidemill {

std::string done_by(std::string what, const std::string& by, const std::string& reason) {
  if (!by.empty()) what += " by " + by;
  if (!reason.empty()) what += ": " + reason;
  return what;
}

std::string queue_timeout_reason(const TaskSpec& task, const std::string& waits_for) {
  return fmt::format("not started within {} (queue_timeout){}{}",
                     format_duration(task.queue_timeout), waits_for.empty() ? "" : ": ", waits_for);
}

std::string cancel_reason(const Run& run) {
  return (run.timed_out ? "the run " : "the run was ") + run.reason;
}

void Step::on(const event::Cancel& cancel) {
  if (is_terminal(run_.state)) {
    return reject(fmt::format("the run has ended ({})", to_word(run_.state)));
  }
  if (run_.state == RunState::queued) {
    begin_cancelling(done_by("cancelled", cancel.by, cancel.reason));
    return cancel_queued();
  }
  const bool body_is_over = is_body_over();
  if (run_.cancelling && !(body_is_over && cancel_hook())) return ignore("already cancelling");
  if (run_.cancelling) return;
  begin_cancelling(done_by("cancelled", cancel.by, cancel.reason));
  if (body_is_over) {
    CHECK(cancel_hook());
  } else {
    cancel_body();
  }
  // Only now: what was ready and held back by the pause was in nobody's queue.
  end_pause();
}

void Step::begin_cancelling(std::string reason) {
  run_.cancelling = true;
  run_.reason = std::move(reason);
  std::erase_if(run_.timers,
                [](const RunTimer& timer) { return timer.kind == RunTimer::Kind::run_timeout; });
  touch_run();
}

void Step::cancel_queued() {
  for (TaskIndex task = 0; task < run_.tasks.size(); ++task) {
    if (is_terminal(at(task).state)) continue;
    if (is_ordinary(task)) {
      end(task, TaskState::cancelled, cancel_reason(run_));
    } else {
      end(task, TaskState::skipped,
          run_.reopened == 0 ? "the run never started" : "the run did not go on");
    }
  }
  cascade();
  end_run(run_.reopened == 0 ? RunState::cancelled : state_of(dag_, run_));
}

void Step::cancel_body() {
  for (TaskIndex task = 0; task < dag_.task_count; ++task) {
    ++result_.work;
    stop(task);
  }
  const TaskIndex hook = dag_.hook(HookKind::start);
  if (hook != kNoTask) stop(hook);
}

// Stops the hook that runs after the body. False when it is being stopped already.
bool Step::cancel_hook() {
  for (TaskIndex task = dag_.task_count; task < run_.tasks.size(); ++task) {
    const TaskRun& state = at(task);
    if (is_terminal(state.state) || state.state == TaskState::waiting) continue;
    if (is_live(state.state) && state.cause == Cause::cancelled) return false;
    stop(task);
    return true;
  }
  return false;
}

void Step::stop(TaskIndex task) {
  const TaskRun& state = at(task);
  if (is_terminal(state.state)) return;
  if (!is_live(state.state)) return end(task, TaskState::cancelled, cancel_reason(run_));
  TaskRun& stopping = mark_stopping(task, Cause::cancelled);
  if (stopping.on_stop == TaskState::waiting) {  // cleared; it does not run again now
    stopping.on_stop.reset();
    stopping.reason.clear();
  }
  emit(effect::Stop{task, state.attempt, stop_word(run_, state)});
}

void Step::fire(const RunTimer& timer, const event::Wake& wake) {
  switch (timer.kind) {
    case RunTimer::Kind::retry:
      return make_ready(timer.task);
    case RunTimer::Kind::queue_timeout:
      return fire_queue_timeout(timer.task, wake);
    case RunTimer::Kind::run_timeout:
      return time_out();
    case RunTimer::Kind::look:
      return look(timer.task);
    case RunTimer::Kind::give_up:
      return give_up(timer.task);
    case RunTimer::Kind::deadline:
      run_.deadline_missed = true;
      touch_run();
      emit(effect::DeadlineMissed{});
      return;
  }
}

void Step::fire_queue_timeout(TaskIndex task, const event::Wake& wake) {
  const auto known = wake.waits_for.find(task);
  std::string reason = queue_timeout_reason(
      spec(task), known == wake.waits_for.end() ? std::string() : known->second);
  if (at(task).state == TaskState::ready) return fail(task, Cause::timeout, std::move(reason));
  TaskRun& state = mark_stopping(task, Cause::timeout);
  state.reason = std::move(reason);  // kept for the end of the attempt
  emit(effect::Stop{task, state.attempt, Cause::timeout});
}

void Step::time_out() {
  run_.timed_out = true;
  begin_cancelling("timed out after " + format_duration(dag_.timeout));
  if (is_body_over()) {
    CHECK(cancel_hook());
  } else {
    cancel_body();
  }
}

}  // namespace tidemill
