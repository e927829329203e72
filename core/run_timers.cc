#include "core/run_timers.h"

#include <algorithm>

#include "base/check.h"
#include "core/retry.h"

namespace tidemill {

std::optional<RunTimer> task_timer(const Dag& dag, const Run& run, TaskIndex task) {
  const TaskRun& state = run.tasks[task];
  if (state.state == TaskState::retry_wait) {
    return RunTimer{state.ready_since, RunTimer::Kind::retry, task};
  }
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
  switch (dag.deadline->from) {
    case Deadline::From::scheduled:
      return run.scheduled_for + dag.deadline->after;
    case Deadline::From::queued:
      return run.created_at + dag.deadline->after;
    case Deadline::From::started:
      break;
  }
  if (run.state == RunState::queued) return std::nullopt;
  return run.started_at + dag.deadline->after;
}

BootTime rebase(WallTime at, Duration whole, Now now) {
  return now.boot + std::min(at - now.wall, whole);
}

namespace {

// When the task became ready, or when its retry is due.
BootTime restored_ready_since(const Dag& dag, const TaskRun& state, TaskIndex task, Now now) {
  switch (state.state) {
    case TaskState::ready:
    case TaskState::dispatched:
      return rebase(state.ready_at, Duration{}, now);
    case TaskState::retry_wait:
      return rebase(state.retry_at, longest_delay(*dag.tasks[task].retry), now);
    case TaskState::waiting:
    case TaskState::running:
    case TaskState::awaiting_input:
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return {};
  }
  UNREACHABLE();
}

}  // namespace

void restore_timers(const Dag& dag, Run& run, Now now) {
  run.timers.clear();
  for (TaskIndex task = 0; task < run.tasks.size(); ++task) {
    TaskRun& state = run.tasks[task];
    state.ready_since = restored_ready_since(dag, state, task, now);
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
