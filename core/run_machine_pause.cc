// Pausing a run, resuming it, and trying a task again before its time.
#include <fmt/format.h>

#include <algorithm>

#include "core/run_machine_step.h"
#include "core/run_timers.h"

namespace tidemill {

void Step::on(const event::Pause& pause) {
  if (is_terminal(run_.state)) {
    return reject(fmt::format("the run has ended ({})", to_word(run_.state)));
  }
  if (run_.cancelling) return reject("the run is being " + run_.reason);
  if (run_.paused) return ignore("the run is already " + run_.pause_note);
  hold_ready();
  hold_timeout();
  run_.paused = true;
  run_.paused_at = now_.wall;
  run_.pause_note = done_by("paused", pause.by, pause.reason);
  touch_run();
}

void Step::hold_ready() {
  for (TaskIndex task = 0; task < run_.tasks.size(); ++task) {
    ++result_.work;
    if (at(task).state != TaskState::ready) continue;
    if (const auto timer = task_timer(dag_, run_, task)) run_.timers.erase(*timer);
    emit(effect::Unready{task});
  }
}

void Step::hold_timeout() {
  const auto timer = std::find_if(run_.timers.begin(), run_.timers.end(), [](const RunTimer& t) {
    return t.kind == RunTimer::Kind::run_timeout;
  });
  if (timer == run_.timers.end()) return;
  run_.timeout_left = timer->at - now_.boot;
  // So that the rows alone say the same: the timeout is due that long after paused_at.
  run_.timeout_shift = now_.wall + run_.timeout_left - run_.started_at - dag_.timeout;
  run_.timers.erase(timer);
}

void Step::end_pause() {
  run_.paused = false;
  run_.paused_at = {};
  run_.pause_note.clear();
  run_.timeout_left = {};
}

void Step::on(const event::Resume&) {
  if (is_terminal(run_.state)) {
    return reject(fmt::format("the run has ended ({})", to_word(run_.state)));
  }
  if (!run_.paused) return ignore("the run is not paused");
  const Duration left = run_.timeout_left;
  end_pause();
  if (run_.state == RunState::running && dag_.timeout > Duration{}) {
    run_.timeout_shift = now_.wall + left - run_.started_at - dag_.timeout;
    run_.timers.insert({now_.boot + left, RunTimer::Kind::run_timeout, kNoTask});
  }
  touch_run();
  for (TaskIndex task = 0; task < run_.tasks.size(); ++task) {
    ++result_.work;
    TaskRun& state = at(task);
    if (state.state != TaskState::ready) continue;
    state.ready_since = now_.boot;
    state.ready_at = now_.wall;
    if (const auto timer = task_timer(dag_, run_, task)) run_.timers.insert(*timer);
    touch(task);
    emit(effect::Ready{task});
  }
}

void Step::on(const event::Hurry& hurry) {
  std::vector<TaskIndex> tasks = hurry.tasks;
  for (const TaskIndex task : tasks) {
    if (!is_known(task)) return;
    const TaskState state = at(task).state;
    if (state != TaskState::retry_wait) {
      return reject(
          fmt::format("{} is {}; it does not wait for a retry", spec(task).id, to_word(state)));
    }
  }
  for (TaskIndex task = 0; hurry.tasks.empty() && task < run_.tasks.size(); ++task) {
    if (at(task).state == TaskState::retry_wait) tasks.push_back(task);
  }
  if (tasks.empty()) return ignore("no task waits for a retry");
  for (const TaskIndex task : tasks) {
    if (at(task).state == TaskState::retry_wait) make_ready(task);  // not twice, if named twice
  }
}

}  // namespace tidemill
