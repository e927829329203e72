#include "core/run_machine.h"

#include <fmt/format.h>

#include "base/check.h"
#include "core/run_machine_step.h"

namespace tidemill {

Transition advance(const Dag& dag, Run& run, const Event& event, Now now) {
  Step step(dag, run, now);
  std::visit([&step](const auto& happened) { step.on(happened); }, event);
  return step.finish();
}

std::vector<Effect> pending_effects(const Dag& dag, const Run& run) {
  CHECK(run.tasks.size() == dag.tasks.size());
  std::vector<Effect> effects;
  for (TaskIndex task = 0; task < run.tasks.size(); ++task) {
    const TaskRun& state = run.tasks[task];
    if (state.state == TaskState::ready && !run.paused) effects.push_back(effect::Ready{task});
    if (is_live(state.state) && state.cause != Cause::none) {
      effects.push_back(effect::Stop{task, state.attempt, stop_word(run, state)});
    }
  }
  if (!run.timers.empty()) effects.push_back(effect::WakeAt{run.timers.begin()->at});
  return effects;
}

Cause stop_word(const Run& run, const TaskRun& state) {
  return run.timed_out ? Cause::timeout : state.cause;
}

void Step::on(const event::Start&) {
  if (is_terminal(run_.state)) return reject("the run has ended");
  if (run_.state != RunState::queued) return ignore("the run has started already");
  if (run_.paused) return reject("the run is " + run_.pause_note);
  run_.state = RunState::running;
  run_.started_at = now_.wall;
  touch_run();
  if (dag_.timeout > Duration{}) {
    run_.timers.insert({now_.boot + dag_.timeout, RunTimer::Kind::run_timeout, kNoTask});
  }
  const bool has_deadline = dag_.deadline && dag_.deadline->from == Deadline::From::started;
  if (has_deadline && !run_.deadline_missed) {
    run_.timers.insert({now_.boot + dag_.deadline->after, RunTimer::Kind::deadline, kNoTask});
  }
  wake_again_ = true;
  const TaskIndex hook = dag_.hook(HookKind::start);
  if (hook == kNoTask) return release_body();
  if (at(hook).state == TaskState::waiting) return begin(hook);
  after_start_hook();  // of a run that was reopened
}

void Step::on(const event::Grant& grant) {
  if (!is_known(grant.task)) return;
  const TaskRun& before = at(grant.task);
  const std::string& id = spec(grant.task).id;
  if (is_live(before.state) && before.attempt == grant.attempt) {
    return ignore(fmt::format("attempt {} of {} was granted already", grant.attempt.value, id));
  }
  if (before.state != TaskState::ready) {
    return reject(fmt::format("{} is {}, not ready", id, to_word(before.state)));
  }
  if (run_.paused) return reject("the run is " + run_.pause_note);
  if (grant.attempt <= before.attempt) {
    return reject(fmt::format("attempt {} of {} is not newer than the last one, {}",
                              grant.attempt.value, id, before.attempt.value));
  }
  TaskRun& state = change(grant.task, {.state = TaskState::dispatched});
  state.attempt = grant.attempt;
  ++state.attempts;
  state.started_at = {};
  state.exit_code = 0;
}

void Step::on(const event::Started& started) {
  if (!is_live_attempt(started.task, started.attempt)) return;
  if (at(started.task).state == TaskState::running) {
    return ignore(fmt::format("attempt {} of {} has started already", started.attempt.value,
                              spec(started.task).id));
  }
  TaskRun& state = change(started.task, {.state = TaskState::running});
  state.started_at = started.at == WallTime{} ? now_.wall : started.at;
}

void Step::on(const event::Refused& refused) {
  if (!is_known(refused.task)) return;
  const TaskState state = at(refused.task).state;
  const std::string note = fmt::format("{} is {}, not ready", spec(refused.task).id,
                                       to_word(state));
  if (is_terminal(state)) return ignore(note);
  if (state != TaskState::ready) return reject(note);
  fail(refused.task, Cause::exec_failed, refused.message);
}

void Step::on(const event::Wake& wake) {
  wake_again_ = true;
  if (run_.timers.empty() || run_.timers.begin()->at > now_.boot) return ignore("no timer is due");
  while (!run_.timers.empty() && run_.timers.begin()->at <= now_.boot) {
    const RunTimer timer = *run_.timers.begin();
    run_.timers.erase(run_.timers.begin());
    fire(timer, wake);
    // The next timer must see what this one has led to: a hook begun, or the run ended.
    cascade();
    settle();
  }
}

}  // namespace tidemill
