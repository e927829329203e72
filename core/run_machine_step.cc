#include "core/run_machine_step.h"

#include <fmt/format.h>

#include "base/check.h"
#include "core/invariants.h"
#include "core/run_timers.h"

namespace tidemill {
namespace {

std::optional<BootTime> earliest(const Run& run) {
  if (run.timers.empty()) return std::nullopt;
  return run.timers.begin()->at;
}

}  // namespace

Step::Step(const Dag& dag, Run& run, Now now)
    : dag_(dag), run_(run), now_(now), wake_before_(earliest(run)) {
  CHECK(run.tasks.size() == dag.tasks.size());
}

TaskRun& Step::change(TaskIndex task, const Change& to) {
  TaskRun& state = at(task);
  CHECK(is_legal_edge(state.state, to.state) || (by_hand_ && is_hand_edge(state.state, to.state)));
  if (const auto timer = task_timer(dag_, run_, task)) run_.timers.erase(*timer);
  if (state.state == TaskState::ready && to.state != TaskState::dispatched && !run_.paused) {
    emit(effect::Unready{task});
  }
  state.state = to.state;
  const bool waits = to.state == TaskState::awaiting_input;
  state.gives_up = waits && to.timeout > Duration{} ? now_.boot + to.timeout : BootTime{};
  if (waits) {
    state.ready_since = to.delay > Duration{} ? now_.boot + to.delay : BootTime{};
  } else if (to.state == TaskState::ready || to.state == TaskState::retry_wait) {
    state.ready_since = now_.boot + to.delay;
  } else if (to.state != TaskState::dispatched) {
    state.ready_since = {};
  }
  if (to.state == TaskState::dispatched) state.cause = Cause::none;
  if (const auto timer = task_timer(dag_, run_, task)) run_.timers.insert(*timer);
  touch(task);
  return state;
}

TaskRun& Step::mark_stopping(TaskIndex task, Cause cause) {
  TaskRun& state = at(task);
  CHECK(is_live(state.state));
  if (const auto timer = task_timer(dag_, run_, task)) run_.timers.erase(*timer);
  state.cause = cause;
  touch(task);
  return state;
}

void Step::touch(TaskIndex task) {
  if (changed_.insert(task).second) result_.changed.push_back(task);
}

void Step::ignore(std::string note) {
  result_.verdict = Transition::Verdict::ignored;
  result_.note = std::move(note);
}

void Step::reject(std::string note) {
  result_.verdict = Transition::Verdict::rejected;
  result_.note = std::move(note);
}

bool Step::is_known(TaskIndex task) {
  if (task < dag_.tasks.size()) return true;
  reject(fmt::format("dag {} has no task {}", dag_.name, task));
  return false;
}

bool Step::is_live_attempt(TaskIndex task, AttemptId attempt) {
  if (!is_known(task)) return false;
  const TaskRun& state = at(task);
  if (attempt > state.attempt || !attempt) {
    reject(fmt::format("{} was never granted attempt {}", spec(task).id, attempt.value));
  } else if (attempt < state.attempt) {
    ignore(fmt::format("attempt {} of {} is not the last one, which is {}", attempt.value,
                       spec(task).id, state.attempt.value));
  } else if (!is_live(state.state)) {
    ignore(fmt::format("attempt {} of {} has ended already", attempt.value, spec(task).id));
  } else {
    return true;
  }
  return false;
}

Transition Step::finish() {
  if (result_.verdict == Transition::Verdict::applied) {
    cascade();
    settle();
  }
  const auto wake = earliest(run_);
  if (wake && (wake_again_ || wake != wake_before_)) emit(effect::WakeAt{*wake});
  return std::move(result_);
}

}  // namespace tidemill
