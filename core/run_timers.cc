#include "core/run_timers.h"

#include <algorithm>

#include "base/check.h"
#include "core/approval.h"
#include "core/retry.h"
#include "core/wait_for.h"

namespace tidemill {

namespace {

// The next look, or the end of all looking, whichever comes first.
std::optional<RunTimer> wait_timer(const TaskRun& state, TaskIndex task) {
  const bool looks = state.ready_since != BootTime{};
  const bool gives_up = state.gives_up != BootTime{};
  if (gives_up && (!looks || state.gives_up <= state.ready_since)) {
    return RunTimer{state.gives_up, RunTimer::Kind::give_up, task};
  }
  if (looks) return RunTimer{state.ready_since, RunTimer::Kind::look, task};
  return std::nullopt;
}

}  // namespace

std::optional<RunTimer> task_timer(const Dag& dag, const Run& run, TaskIndex task) {
  const TaskRun& state = run.tasks[task];
  if (state.state == TaskState::retry_wait) {
    return RunTimer{state.ready_since, RunTimer::Kind::retry, task};
  }
  if (state.state == TaskState::awaiting_input) return wait_timer(state, task);
  // A live task with a cause is being stopped already.
  const bool counts = (state.state == TaskState::ready && !run.paused) ||
                      (state.state == TaskState::dispatched && state.cause == Cause::none);
  const Duration limit = dag.tasks[task].queue_timeout;
  if (!counts || limit <= Duration{}) return std::nullopt;
  return RunTimer{state.ready_since + limit, RunTimer::Kind::queue_timeout, task};
}

std::optional<WallTime> run_timeout_at(const Dag& dag, const Run& run) {
  if (dag.timeout <= Duration{} || run.state != RunState::running || run.cancelling || run.paused) {
    return std::nullopt;
  }
  return run.started_at + dag.timeout + run.timeout_shift;
}

std::optional<WallTime> deadline_at(const Dag& dag, const Run& run) {
  if (!dag.deadline || run.deadline_missed || is_terminal(run.state)) return std::nullopt;
  // A promise about the first end; that has passed.
  if (run.reopened > 0 && dag.deadline->from != Deadline::From::started) return std::nullopt;
  return deadline_moment(dag, run);
}

std::optional<WallTime> deadline_moment(const Dag& dag, const Run& run) {
  if (!dag.deadline) return std::nullopt;
  switch (dag.deadline->from) {
    case Deadline::From::scheduled:
      return run.scheduled_for + dag.deadline->after;
    case Deadline::From::queued:
      return run.created_at + dag.deadline->after;
    case Deadline::From::started:
      break;
  }
  if (run.started_at.us == 0) return std::nullopt;
  return run.started_at + dag.deadline->after;
}

Duration wait_timeout(const TaskSpec& task) {
  if (task.wait_for != nullptr) return task.wait_for->timeout;
  return task.approval != nullptr ? task.approval->timeout : Duration{};
}

BootTime rebase(WallTime at, Duration whole, Now now) {
  return now.boot + std::min(at - now.wall, whole);
}

namespace {

// What was being looked at when the process ended is looked at again now.
BootTime restored_look(const Dag& dag, const Run& run, TaskIndex task, Now now) {
  if (dag.tasks[task].wait_for == nullptr) return {};
  const auto target = wait_target(dag, run, task, run.tasks[task].ready_at);
  if (!target.ok() || target->after <= Duration{}) return now.boot;
  return rebase(target->at, target->after, now);
}

// When the task became ready, or when its retry or its next look is due.
BootTime restored_ready_since(const Dag& dag, const Run& run, TaskIndex task, Now now) {
  const TaskRun& state = run.tasks[task];
  switch (state.state) {
    case TaskState::ready:
    case TaskState::dispatched:
      return rebase(state.ready_at, Duration{}, now);
    case TaskState::retry_wait:
      return rebase(state.retry_at, longest_delay(*dag.tasks[task].retry), now);
    case TaskState::awaiting_input:
      return restored_look(dag, run, task, now);
    case TaskState::waiting:
    case TaskState::running:
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return {};
  }
  UNREACHABLE();
}

BootTime restored_gives_up(const Dag& dag, const TaskRun& state, TaskIndex task, Now now) {
  const Duration timeout = wait_timeout(dag.tasks[task]);
  if (state.state != TaskState::awaiting_input || timeout <= Duration{}) return {};
  return rebase(state.ready_at + timeout, timeout, now);
}

}  // namespace

void restore_timers(const Dag& dag, Run& run, Now now) {
  run.timers.clear();
  for (TaskIndex task = 0; task < run.tasks.size(); ++task) {
    TaskRun& state = run.tasks[task];
    state.ready_since = restored_ready_since(dag, run, task, now);
    state.gives_up = restored_gives_up(dag, state, task, now);
    if (const auto timer = task_timer(dag, run, task)) run.timers.insert(*timer);
  }
  run.timeout_left = {};
  if (run.paused && run.state == RunState::running && dag.timeout > Duration{}) {
    const WallTime at = run.started_at + dag.timeout + run.timeout_shift;
    run.timeout_left = std::min(at - run.paused_at, dag.timeout);
  }
  if (const auto at = run_timeout_at(dag, run)) {
    run.timers.insert({rebase(*at, dag.timeout, now), RunTimer::Kind::run_timeout, kNoTask});
  }
  if (const auto at = deadline_at(dag, run)) {
    run.timers.insert({rebase(*at, dag.deadline->after, now), RunTimer::Kind::deadline, kNoTask});
  }
}

}  // namespace tidemill
