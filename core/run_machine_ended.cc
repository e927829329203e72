// An attempt ended: what becomes of its task.
#include <fmt/format.h>

#include "core/contract.h"
#include "core/run_machine_step.h"

namespace tidemill {
namespace {

// The outcome as the machine judges it: a success that breaks its contract is none.
Outcome judged(const TaskSpec& task, const Outcome& reported) {
  Outcome outcome = reported;
  if (outcome.cause != Cause::none) return outcome;
  // Two fields that contradict each other: the one that says failure is believed.
  if (outcome.exit_code != 0) {
    outcome.cause = Cause::exit;
  } else if (auto broken = broken_contract(task, outcome.result, outcome.message)) {
    outcome.cause = Cause::contract;
    outcome.message = std::move(*broken);
  }
  return outcome;
}

}  // namespace

void Step::record_attempt(TaskRun& state, const Outcome& outcome) {
  state.cause = outcome.cause;
  state.exit_code = outcome.exit_code;
  if (outcome.started_at != WallTime{}) state.started_at = outcome.started_at;
}

void Step::on(const event::Ended& ended) {
  if (!is_live_attempt(ended.task, ended.attempt)) return;
  const TaskIndex task = ended.task;
  Outcome outcome = judged(spec(task), ended.outcome);
  RetryDecision decision = decide_retry(spec(task), at(task), outcome, run_.seed, task);
  if (end_by_hand(task, outcome, decision)) return;
  const Cause stopping = at(task).cause;
  if (end_stopped(task, outcome, decision, stopping)) return;
  switch (decision.kind) {
    case RetryDecision::Kind::succeed:
      end(task, TaskState::succeeded, {});
      if (!outcome.result.empty()) {
        at(task).result = std::make_shared<const TaskResult>(std::move(outcome.result));
      }
      break;
    case RetryDecision::Kind::skip:
      end(task, TaskState::skipped, std::move(decision.why));
      break;
    case RetryDecision::Kind::fail:
      fail(task, outcome.cause, std::move(decision.why));
      break;
    case RetryDecision::Kind::retry:
      retry(task, decision);
      break;
  }
  record_attempt(at(task), outcome);
}

// While an attempt is being stopped, its own success, skip or final failure still counts (exactly
// one of the two is recorded, I17); everything else is the stop's doing, and nothing is retried.
bool Step::end_stopped(TaskIndex task, const Outcome& outcome, const RetryDecision& decision,
                       Cause why) {
  if (why == Cause::none) return false;
  const bool was_stopped = outcome.cause == Cause::cancelled || outcome.cause == Cause::lost ||
                           outcome.cause == stop_word(run_, at(task)) ||
                           decision.kind == RetryDecision::Kind::retry;
  if (!was_stopped) return false;
  record_attempt(at(task), outcome);
  if (why == Cause::timeout) {
    fail(task, Cause::timeout, std::string(at(task).reason));
  } else {
    end(task, TaskState::cancelled, cancel_reason(run_));
  }
  return true;
}

void Step::retry(TaskIndex task, const RetryDecision& decision) {
  TaskRun& state = change(task, {.state = TaskState::retry_wait, .delay = decision.delay});
  if (decision.uses_limit) {
    ++state.retries;
  } else {
    ++state.losses;
  }
  state.memory_factor = static_cast<float>(state.memory_factor * decision.memory_factor);
  state.retry_at = now_.wall + decision.delay;
  state.reason = decision.why;
}

}  // namespace tidemill
