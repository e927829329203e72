// Tasks that wait without an attempt: looks at what they wait for, and answers by people.
#include "core/approval.h"
#include "core/wait_for.h"
#include "scheduler/engine.h"

namespace tidemill {

void Engine::look(const LiveRun& live, TaskIndex task) {
  const TaskRun& state = live.run.tasks[task];
  const WaitSpec& wait = *live.dag->tasks[task].wait_for;
  // The machine has just made the same target, and ended the task when it could not.
  auto target = wait_target(*live.dag, live.run, task, state.ready_at);
  if (!target.ok()) return;
  emit(shell_effect::Look{live.run.id, task, state.ready_at, std::move(*target), live.directory,
                          wait.head, wait.status});
}

void Engine::note_approval(const LiveRun& live, TaskIndex task) {
  if (live.dag->tasks[task].approval == nullptr) return;
  const bool open = live.run.tasks[task].state == TaskState::awaiting_input;
  if (open) {
    approvals_.emplace(live.run.id, task);
  } else {
    approvals_.erase({live.run.id, task});
  }
}

void Engine::on_looked(RunId run, event::Looked looked, Now now) {
  const auto found = runs_.find(run);
  if (found == runs_.end() || is_terminal(found->second.run.state)) return;
  const Transition transition = apply(found->second, std::move(looked), now);
  if (transition.verdict == Transition::Verdict::applied) hurry(Duration{});
}

Status Engine::answer(RunId run, event::Decided decided, const Json& fields, Now now) {
  LiveRun* live = TRY(to_change(run));
  const TaskSpec& spec = live->dag->tasks.at(decided.task);
  if (spec.approval == nullptr) return conflict(fmt::format("{} is no approval", spec.id));
  const bool open = live->run.tasks[decided.task].state == TaskState::awaiting_input;
  if (decided.approved && open) {
    BoundParams bound = bind_fields(spec.approval->form, fields);
    std::string problems;
    for (const ParamProblem& problem : bound.problems) {
      problems += fmt::format("{}{} {}", problems.empty() ? "" : "; ", problem.name,
                              problem.message);
    }
    if (!problems.empty()) return invalid(problems);
    decided.values = std::move(bound.values);
  }
  return control(*live, std::move(decided), now);
}

}  // namespace tidemill
