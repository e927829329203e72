// Tasks that wait for something outside, or for a person: without an attempt, so without a slot.
#include <fmt/format.h>

#include "base/check.h"
#include "core/approval.h"
#include "core/run_machine_step.h"
#include "core/run_timers.h"
#include "core/wait_for.h"

namespace tidemill {
namespace {

// A timer of 0 counts as none.
constexpr Duration kAtOnce = std::chrono::microseconds(1);

std::string not_there(const WaitSpec& wait, const WaitTarget& target, const std::string& last) {
  return fmt::format("{} was not there within {}{}{}", in_words(target),
                     format_duration(wait.timeout), last.empty() ? "" : ": ", last);
}

}  // namespace

void Step::begin_wait(TaskIndex task) {
  const Duration timeout = wait_timeout(spec(task));
  Duration delay{};
  if (spec(task).wait_for != nullptr) {
    const auto target = wait_target(dag_, run_, task, now_.wall);
    if (!target.ok()) return fail(task, Cause::exec_failed, target.error().message);
    delay = std::max(nap(*spec(task).wait_for, *target, now_.wall), kAtOnce);
    if (target->kind != WaitSpec::Kind::time) emit(effect::Look{task});
  }
  TaskRun& state = change(task,
                          {.state = TaskState::awaiting_input, .delay = delay, .timeout = timeout});
  state.ready_at = now_.wall;
  state.reason.clear();
}

void Step::look_again(TaskIndex task, Duration delay) {
  TaskRun& state = at(task);
  if (const auto timer = task_timer(dag_, run_, task)) run_.timers.erase(*timer);
  state.ready_since = now_.boot + std::max(delay, kAtOnce);
  if (const auto timer = task_timer(dag_, run_, task)) run_.timers.insert(*timer);
}

// What it waits for was there to be filled in when it began; only a person can have changed that.
void Step::look(TaskIndex task) {
  const BootTime end_of_wait = at(task).gives_up;
  if (end_of_wait != BootTime{} && end_of_wait <= now_.boot) return give_up(task);
  const WaitSpec& wait = *spec(task).wait_for;
  const auto target = wait_target(dag_, run_, task, at(task).ready_at);
  if (!target.ok()) return fail(task, Cause::exec_failed, target.error().message);
  if (target->kind != WaitSpec::Kind::time) {
    emit(effect::Look{task});
  } else if (target->after > Duration{} || target->at <= now_.wall) {
    return end(task, TaskState::succeeded, {});
  }
  look_again(task, nap(wait, *target, now_.wall));
}

void Step::give_up(TaskIndex task) {
  if (spec(task).approval != nullptr) {
    const ApprovalSpec& approval = *spec(task).approval;
    std::string nobody = fmt::format("nobody answered within {}",
                                     format_duration(approval.timeout));
    if (!approval.approve_by_default) return fail(task, Cause::timeout, std::move(nobody));
    const BoundParams values = bind_fields(approval.form, Json(Json::Object()));
    CHECK(values.problems.empty());
    return approve(task, values.values, "default", nobody, "approved by default: " + nobody);
  }
  const WaitSpec& wait = *spec(task).wait_for;
  const auto target = wait_target(dag_, run_, task, at(task).ready_at);
  std::string why = target.ok() ? not_there(wait, *target, at(task).reason)
                                : target.error().message;
  if (wait.skip_on_timeout) return end(task, TaskState::skipped, std::move(why));
  fail(task, Cause::timeout, std::move(why));
}

void Step::approve(TaskIndex task, const Json::Object& values, const std::string& by,
                   const std::string& comment, std::string reason) {
  end(task, TaskState::succeeded, std::move(reason));
  at(task).result = std::make_shared<const TaskResult>(
      answer_result(*spec(task).approval, values, by, comment));
}

void Step::on(const event::Looked& looked) {
  if (!is_known(looked.task)) return;
  const std::string& id = spec(looked.task).id;
  TaskRun& state = at(looked.task);
  if (spec(looked.task).wait_for == nullptr) {
    return reject(fmt::format("{} does not wait for anything that can be looked at", id));
  }
  if (state.state != TaskState::awaiting_input || state.ready_at != looked.since) {
    return ignore(fmt::format("{} does not wait for that any more", id));
  }
  switch (looked.answer) {
    case event::Looked::Answer::there:
      return end(looked.task, TaskState::succeeded, {});
    case event::Looked::Answer::never:
      return fail(looked.task, Cause::exec_failed, looked.said);
    case event::Looked::Answer::not_yet:
      break;
  }
  if (state.reason == looked.said) return ignore(fmt::format("{} still: {}", id, looked.said));
  state.reason = looked.said;
  touch(looked.task);
}

bool Step::awaits_answer(TaskIndex task) {
  if (!is_known(task)) return false;
  const TaskRun& state = at(task);
  const std::string& id = spec(task).id;
  if (spec(task).approval == nullptr) {
    reject(fmt::format("{} is no approval", id));
  } else if (is_terminal(state.state)) {
    reject(decided_clause(id, state.state, state.ended_at, state.reason));
  } else if (state.state != TaskState::awaiting_input) {
    reject(fmt::format("{} does not ask for an answer yet; it is {}", id, to_word(state.state)));
  } else {
    return true;
  }
  return false;
}

void Step::on(const event::Decided& decided) {
  if (!awaits_answer(decided.task)) return;
  std::string reason = done_by(decided.approved ? "approved" : "rejected", decided.by,
                               decided.comment);
  if (!decided.approved) return fail(decided.task, Cause::gate, std::move(reason));
  approve(decided.task, decided.values, decided.by, decided.comment, std::move(reason));
}

}  // namespace tidemill
