// What comes after the body: the closing hook, the exit hook, the end of the run.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "core/run_machine_step.h"

namespace tidemill {
namespace {

constexpr HookKind kClosing[] = {HookKind::success, HookKind::failure, HookKind::cancel};

HookKind hook_for(RunState body) {
  switch (body) {
    case RunState::failed:
      return HookKind::failure;
    case RunState::cancelled:
      return HookKind::cancel;
    case RunState::succeeded:
    case RunState::partial:
      return HookKind::success;
    case RunState::queued:
    case RunState::running:
      break;
  }
  UNREACHABLE();
}

std::string_view hook_word(HookKind kind) {
  switch (kind) {
    case HookKind::start:
      return "start";
    case HookKind::success:
      return "success";
    case HookKind::failure:
      return "failure";
    case HookKind::cancel:
      return "cancel";
    case HookKind::exit:
      return "exit";
    case HookKind::none:
      break;
  }
  UNREACHABLE();
}

// What one pass over the tasks finds out for the run's state and its reason.
struct Survey {
  std::uint32_t failed = 0;  // not tolerated
  std::uint32_t cancelled = 0;
  std::uint32_t lesser = 0;          // tolerated failures and what followed from them
  TaskIndex first_failed = kNoTask;  // the one that ended first
  TaskIndex first_lesser = kNoTask;
  TaskIndex bad_hook = kNoTask;  // after the body
};

void note_first(const Run& run, TaskIndex task, TaskIndex& first) {
  if (first == kNoTask || run.tasks[task].ended_at < run.tasks[first].ended_at) first = task;
}

void survey_body_task(const Run& run, TaskIndex task, Survey& survey) {
  const TaskRun& state = run.tasks[task];
  if (state.state == TaskState::failed && !state.tolerated) {
    ++survey.failed;
    note_first(run, task, survey.first_failed);
  } else if (state.state == TaskState::failed) {
    ++survey.lesser;
    note_first(run, task, survey.first_lesser);
  } else if (state.state == TaskState::upstream_failed) {
    ++survey.lesser;
  } else if (state.state == TaskState::cancelled) {
    ++survey.cancelled;
  }
}

Survey survey_of(const Dag& dag, const Run& run) {
  Survey survey;
  for (TaskIndex task = 0; task < run.tasks.size(); ++task) {
    const HookKind hook = dag.tasks[task].hook;
    const TaskState state = run.tasks[task].state;
    if (hook == HookKind::none || hook == HookKind::start) {
      survey_body_task(run, task, survey);
    } else if (state == TaskState::failed || state == TaskState::cancelled) {
      note_first(run, task, survey.bad_hook);
    }
  }
  return survey;
}

RunState state_of_survey(const Run& run, const Survey& survey) {
  if (run.timed_out || survey.failed > 0) return RunState::failed;
  if (survey.cancelled > 0) return RunState::cancelled;
  const bool spoiled = survey.lesser > 0 || survey.bad_hook != kNoTask;
  return spoiled ? RunState::partial : RunState::succeeded;
}

// "train failed: exit code 3".
std::string task_sentence(const Dag& dag, const Run& run, TaskIndex task) {
  const TaskSpec& spec = dag.tasks[task];
  const std::string name = spec.hook == HookKind::none
                               ? spec.id
                               : fmt::format("the {} hook", hook_word(spec.hook));
  const std::string_view verb = run.tasks[task].state == TaskState::cancelled ? "was cancelled"
                                                                              : "failed";
  return fmt::format("{} {}: {}", name, verb, run.tasks[task].reason);
}

std::string failed_sentence(const Dag& dag, const Run& run, const Survey& survey) {
  if (run.timed_out) return run.reason;
  std::string text = task_sentence(dag, run, survey.first_failed);
  if (survey.failed > 1) text += fmt::format("; {} more failed", survey.failed - 1);
  if (run.cancelling) text += "; " + run.reason;
  return text;
}

std::string partial_sentence(const Dag& dag, const Run& run, const Survey& survey) {
  if (survey.first_lesser != kNoTask) {
    return task_sentence(dag, run, survey.first_lesser) + " (a failure that is allowed)";
  }
  if (survey.bad_hook != kNoTask) return task_sentence(dag, run, survey.bad_hook);
  return "some tasks did not run because an upstream failed";
}

}  // namespace

RunState state_of(const Dag& dag, const Run& run) {
  return state_of_survey(run, survey_of(dag, run));
}

std::string end_reason(const Dag& dag, const Run& run, RunState state) {
  switch (state) {
    case RunState::failed:
      return failed_sentence(dag, run, survey_of(dag, run));
    case RunState::partial:
      return partial_sentence(dag, run, survey_of(dag, run));
    case RunState::cancelled:
      return run.reason;
    case RunState::succeeded:
      return run.cancelling ? run.reason + ", but every task had ended well by then" : "";
    case RunState::queued:
    case RunState::running:
      break;
  }
  UNREACHABLE();
}

bool Step::is_body_over() const {
  const TaskIndex hook = dag_.hook(HookKind::start);
  return run_.open == 0 && (hook == kNoTask || is_terminal(run_.tasks[hook].state));
}

void Step::settle() {
  if (run_.state != RunState::running || !is_body_over()) return;
  skip_unused_hooks();
  for (const HookKind kind :
       {HookKind::success, HookKind::failure, HookKind::cancel, HookKind::exit}) {
    const TaskIndex hook = dag_.hook(kind);
    if (hook == kNoTask) continue;
    if (at(hook).state == TaskState::waiting) begin(hook);
    if (!is_terminal(at(hook).state)) return;
  }
  result_.work += run_.tasks.size();
  end_run(state_of(dag_, run_));
}

// Once, when the body has just ended: all three still wait.
void Step::skip_unused_hooks() {
  const bool undecided = std::any_of(
      std::begin(kClosing), std::end(kClosing), [this](HookKind kind) {
        const TaskIndex hook = dag_.hook(kind);
        return hook != kNoTask && at(hook).state == TaskState::waiting;
      });
  if (!undecided) return;
  result_.work += run_.tasks.size();
  const RunState body = state_of(dag_, run_);
  for (const HookKind kind : kClosing) {
    const TaskIndex hook = dag_.hook(kind);
    if (hook == kNoTask || kind == hook_for(body)) continue;
    end(hook, TaskState::skipped, fmt::format("not used: the run {}", to_word(body)));
  }
}

void Step::end_run(RunState state) {
  run_.reason = end_reason(dag_, run_, state);
  run_.state = state;
  run_.ended_at = now_.wall;
  run_.timers.clear();
  end_pause();
  touch_run();
  emit(effect::RunEnded{state});
}

}  // namespace tidemill
