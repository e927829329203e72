// What follows when a task may start or has ended. Iterative: ended tasks queue up in ended_.
#include <fmt/format.h>

#include "base/check.h"
#include "core/run_machine_step.h"
#include "core/trigger.h"

namespace tidemill {

void Step::begin(TaskIndex task) {
  ConditionVerdict condition = decide_condition(dag_, run_, task);
  switch (condition.kind) {
    case ConditionVerdict::Kind::holds:
      return spec(task).only_waits() ? begin_wait(task) : make_ready(task);
    case ConditionVerdict::Kind::skip:
      return end(task, TaskState::skipped, std::move(condition.why));
    case ConditionVerdict::Kind::broken:
      return fail(task, Cause::exec_failed, std::move(condition.why));
  }
}

void Step::make_ready(TaskIndex task) {
  TaskRun& state = change(task, {.state = TaskState::ready});
  state.ready_at = now_.wall;
  state.retry_at = {};
  state.reason.clear();
  if (!run_.paused) emit(effect::Ready{task});
}

void Step::end(TaskIndex task, TaskState to, std::string reason) {
  CHECK(is_terminal(to));
  TaskRun& state = change(task, {.state = to});
  state.ended_at = now_.wall;
  state.retry_at = {};
  state.reason = std::move(reason);
  if (is_ordinary(task)) --run_.open;
  ended_.push_back(task);
}

void Step::fail(TaskIndex task, Cause cause, std::string reason) {
  end(task, TaskState::failed, std::move(reason));
  at(task).cause = cause;
  at(task).tolerated = spec(task).allow_failure;
}

void Step::decide(TaskIndex task) {
  ++result_.work;
  // Before the body's release only a mark ends a task, and nothing follows from it yet.
  if (at(task).state != TaskState::waiting || !is_released()) return;
  switch (decide_trigger(dag_, run_, task)) {
    case TriggerVerdict::Kind::wait:
      return;
    case TriggerVerdict::Kind::run:
      return begin(task);
    case TriggerVerdict::Kind::skip:
      return end(task, TaskState::skipped, explain_trigger(dag_, run_, task).why);
    case TriggerVerdict::Kind::upstream_failed:
      return end(task, TaskState::upstream_failed, explain_trigger(dag_, run_, task).why);
  }
}

void Step::release_body() {
  for (TaskIndex task = 0; task < dag_.task_count; ++task) decide(task);
}

void Step::after_start_hook() {
  const TaskRun& hook = at(dag_.hook(HookKind::start));
  if (is_released()) return release_body();
  if (hook.state != TaskState::failed) return;
  for (TaskIndex task = 0; task < dag_.task_count; ++task) {
    ++result_.work;
    if (at(task).state != TaskState::waiting) continue;
    end(task, TaskState::upstream_failed, fmt::format("the start hook failed: {}", hook.reason));
  }
}

bool Step::is_released() const {
  if (run_.state != RunState::running || run_.cancelling) return false;
  const TaskIndex hook = dag_.hook(HookKind::start);
  if (hook == kNoTask) return true;
  const TaskRun& state = run_.tasks[hook];
  return state.state == TaskState::succeeded || state.state == TaskState::skipped ||
         (state.state == TaskState::failed && state.tolerated);
}

void Step::cascade() {
  for (std::size_t next = 0; next < ended_.size(); ++next) {
    const TaskIndex task = ended_[next];
    if (spec(task).hook == HookKind::start) after_start_hook();
    if (is_ordinary(task)) count_for_downstreams(task);
  }
  ended_.clear();
}

void Step::count_for_downstreams(TaskIndex task) {
  const TaskState ended_as = at(task).state;
  for (const TaskIndex downstream : spec(task).downstream) {
    ++result_.work;
    at(downstream).upstream.add(ended_as);
    decide(downstream);
  }
}

}  // namespace tidemill
