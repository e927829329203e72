#include "core/retry.h"

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using Kind = RetryDecision::Kind;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t on(Cause cause) { return 1u << static_cast<unsigned>(cause); }

// One task with one policy; every question starts from a fresh state unless it says otherwise.
struct Question {
  RetryPolicy policy;
  TaskRun state;
  std::uint64_t seed = 1;

  Question() {
    policy.limit = 2;
    policy.jitter = 0;
    state.attempts = 1;
  }
  RetryDecision ask(const Outcome& outcome) const {
    TaskSpec task;
    task.retry = std::make_shared<const RetryPolicy>(policy);
    return decide_retry(task, state, outcome, seed, 3);
  }
  Kind kind(const Outcome& outcome) const { return ask(outcome).kind; }
};

Outcome begun(Cause cause) {
  Outcome outcome = ended_by(cause);
  outcome.started_at = WallTime{1};
  return outcome;
}

TEST(Retry, SuccessNeedsNone) { EXPECT_EQ(Question().kind(success()), Kind::succeed); }

TEST(Retry, EachCauseHasItsDefault) {
  const Question q;
  for (const Cause cause :
       {Cause::exit, Cause::signal, Cause::timeout, Cause::oom, Cause::lost, Cause::contract}) {
    EXPECT_EQ(q.kind(begun(cause)), Kind::retry) << to_word(cause);
  }
  for (const Cause cause : {Cause::exec_failed, Cause::cancelled, Cause::gate}) {
    EXPECT_EQ(q.kind(begun(cause)), Kind::fail) << to_word(cause);
  }
}

TEST(Retry, WhatSomebodyStoppedIsNeverRetried) {
  Question q;
  q.policy.on = on(Cause::cancelled);
  q.policy.rules.emplace_back();
  EXPECT_EQ(q.kind(begun(Cause::cancelled)), Kind::fail);
}

TEST(Retry, OnReplacesTheDefault) {
  Question q;
  q.policy.on = on(Cause::timeout) | on(Cause::exec_failed);
  EXPECT_EQ(q.kind(exited(1)), Kind::fail);
  EXPECT_EQ(q.kind(ended_by(Cause::timeout)), Kind::retry);
  EXPECT_EQ(q.kind(ended_by(Cause::exec_failed)), Kind::retry);
}

TEST(Retry, TheLimitCountsRetriesNotAttempts) {
  Question q;
  q.state.retries = 1;
  q.state.losses = 4;
  q.state.attempts = 6;
  EXPECT_EQ(q.ask(exited(1)).why, "exit code 1; retry 2 of 2");
  q.state.retries = 2;
  EXPECT_EQ(q.ask(exited(1)).why, "exit code 1; 2 of 2 retries used");
  EXPECT_EQ(q.kind(exited(1)), Kind::fail);
}

TEST(Retry, ExitCode75AsksForARetryWhateverOnSays) {
  Question q;
  q.policy.on = on(Cause::timeout);
  EXPECT_EQ(q.ask(exited(75)).why, "exit code 75 asks for a retry; retry 1 of 2");
  EXPECT_TRUE(q.ask(exited(75)).uses_limit);
  q.policy.limit = 0;
  EXPECT_EQ(q.kind(exited(75)), Kind::fail);
  EXPECT_EQ(q.ask(exited(75)).why, "exit code 75 asks for a retry");
}

TEST(Retry, ExitCodes78And99EndTheTaskWhateverARuleSays) {
  Question q;
  q.policy.rules.push_back({.exit_codes = {78, 99}, .cause = {}, .log_matches = {}, .delay = {}});
  EXPECT_EQ(q.kind(exited(78)), Kind::fail);
  EXPECT_EQ(q.kind(exited(99)), Kind::skip);
}

TEST(Retry, TheNumbersMeanSomethingOnlyAsExitCodes) {
  Outcome killed = ended_by(Cause::signal);
  killed.exit_code = 99;
  EXPECT_EQ(Question().kind(killed), Kind::retry);
}

TEST(Retry, TheFirstRuleThatMatchesDecides) {
  Question q;
  RetryRule fatal;
  fatal.exit_codes = {2, 3};
  fatal.action = RetryRule::Action::fail;
  RetryRule crash;
  crash.cause = Cause::oom;
  crash.delay = minutes(1);
  crash.memory_factor = 1.5;
  RetryRule quota;
  quota.log_matches = "quota exceeded";
  quota.delay = minutes(10);
  q.policy.rules = {fatal, crash, quota};
  q.policy.on = on(Cause::timeout);

  EXPECT_EQ(q.kind(exited(3)), Kind::fail);
  EXPECT_EQ(q.ask(ended_by(Cause::oom)).delay, Duration(minutes(1)));
  EXPECT_EQ(q.ask(ended_by(Cause::oom)).memory_factor, 1.5);
  Outcome said = exited(1);
  EXPECT_EQ(q.kind(said), Kind::fail) << "no rule matches, and `on` lacks exit";
  said.log_rules = 1u << 2;
  EXPECT_EQ(q.ask(said).delay, Duration(minutes(10)));
}

TEST(Retry, ARuleMatchesOnlyWhenAllThatItSaysHolds) {
  Question q;
  q.policy.limit = 1;
  RetryRule rule;
  rule.cause = Cause::exit;
  rule.exit_codes = {5};
  rule.log_matches = "try later";
  rule.action = RetryRule::Action::fail;
  q.policy.rules = {rule};
  Outcome outcome = exited(5);
  EXPECT_EQ(q.kind(outcome), Kind::retry);
  outcome.log_rules = 1;
  EXPECT_EQ(q.kind(outcome), Kind::fail);
  outcome.exit_code = 6;
  EXPECT_EQ(q.kind(outcome), Kind::retry);
}

TEST(Retry, ManyRulesDoNotOverflowTheirBits) {
  Question q;
  q.policy.on = on(Cause::timeout);
  RetryRule rule;
  rule.log_matches = "x";
  q.policy.rules.assign(70, rule);
  EXPECT_EQ(q.kind(exited(1)), Kind::fail);
}

TEST(Retry, ALossUsesItsOwnBudget) {
  Question q;
  q.policy.limit = 0;
  for (std::uint16_t losses = 0; losses < kMaxLosses; ++losses) {
    q.state.losses = losses;
    const RetryDecision decision = q.ask(begun(Cause::lost));
    EXPECT_EQ(decision.kind, Kind::retry);
    EXPECT_FALSE(decision.uses_limit);
    EXPECT_EQ(decision.delay, Duration(seconds(1)) * (1 << losses));
  }
  q.state.losses = kMaxLosses;
  EXPECT_EQ(q.kind(begun(Cause::lost)), Kind::fail);
}

TEST(Retry, WhereNothingCanBeginThereIsTimeToMakeRoom) {
  Question q;
  Duration all{};
  for (std::uint16_t losses = 0; losses < kMaxLosses; ++losses) {
    q.state.losses = losses;
    const RetryDecision decision = q.ask(ended_by(Cause::lost));
    EXPECT_EQ(decision.kind, Kind::retry);
    EXPECT_LE(decision.delay, longest_delay(q.policy));
    all += decision.delay;
  }
  EXPECT_GE(all, minutes(5));
}

TEST(Retry, ATaskThatMustNotRunTwiceIsRetriedOnlyIfItNeverBegan) {
  Question q;
  q.policy.on = on(Cause::exit);
  EXPECT_EQ(q.kind(begun(Cause::lost)), Kind::fail);
  EXPECT_EQ(q.kind(ended_by(Cause::lost)), Kind::retry);
  q.state.started_at = WallTime{5};
  EXPECT_EQ(q.kind(ended_by(Cause::lost)), Kind::fail) << "its start had been reported";
}

TEST(Retry, ARuleMaySayThatALossIsFinal) {
  Question q;
  RetryRule rule;
  rule.cause = Cause::lost;
  rule.action = RetryRule::Action::fail;
  q.policy.rules = {rule};
  EXPECT_EQ(q.kind(begun(Cause::lost)), Kind::fail);
  EXPECT_EQ(q.kind(ended_by(Cause::lost)), Kind::retry) << "it never began";
  q.policy.rules[0].action = RetryRule::Action::retry;
  q.policy.rules[0].delay = minutes(2);
  EXPECT_EQ(q.ask(begun(Cause::lost)).delay, Duration(minutes(2)));
  EXPECT_FALSE(q.ask(begun(Cause::lost)).uses_limit);
}

TEST(Retry, WordsComeFromTheWorkerWhenItHasSome) {
  Outcome outcome = ended_by(Cause::signal);
  outcome.signal = 9;
  Question q;
  q.policy.limit = 0;
  EXPECT_EQ(q.ask(outcome).why, "killed by signal 9");
  outcome.message = "killed by SIGKILL that we did not send; probably out of memory";
  EXPECT_EQ(q.ask(outcome).why, outcome.message);
}

// Delays
// --------------------------------------------------------------------------------------------

TEST(RetryDelay, GrowsAndIsCapped) {
  RetryPolicy policy;
  policy.delay = seconds(10);
  policy.backoff = 3;
  policy.max_delay = minutes(2);
  policy.jitter = 0;
  EXPECT_EQ(retry_delay(policy, 1, 0), Duration(seconds(10)));
  EXPECT_EQ(retry_delay(policy, 2, 0), Duration(seconds(30)));
  EXPECT_EQ(retry_delay(policy, 3, 0), Duration(seconds(90)));
  EXPECT_EQ(retry_delay(policy, 4, 0), Duration(minutes(2)));
  EXPECT_EQ(retry_delay(policy, 60000, 0), Duration(minutes(2)));
}

TEST(RetryDelay, NoPolicyMakesItOverflow) {
  RetryPolicy policy;
  policy.delay = std::chrono::hours(24 * 3650);
  policy.max_delay = policy.delay;
  policy.backoff = 1e300;
  policy.jitter = 1;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_GE(retry_delay(policy, 65535, seed), Duration{});
    EXPECT_LE(retry_delay(policy, 65535, seed), policy.max_delay);
  }
  policy.delay = Duration{};
  EXPECT_EQ(retry_delay(policy, 65535, 1), Duration{});
}

TEST(RetryDelay, JitterSpreadsWithinItsBounds) {
  RetryPolicy policy;
  policy.delay = seconds(100);
  policy.max_delay = seconds(100);
  policy.jitter = 0.1;
  Duration low = Duration::max();
  Duration high{};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Duration delay = retry_delay(policy, 1, seed);
    EXPECT_EQ(delay, retry_delay(policy, 1, seed)) << "the same seed, the same delay";
    EXPECT_LE(delay, longest_delay(policy));
    low = std::min(low, delay);
    high = std::max(high, delay);
  }
  EXPECT_GE(low, Duration(seconds(90)));
  EXPECT_LE(high, Duration(seconds(110)));
  EXPECT_LT(low, Duration(seconds(91)));
  EXPECT_GT(high, Duration(seconds(109)));
}

TEST(RetryDelay, DiffersBetweenTasksAndAttempts) {
  Question q;
  q.policy.jitter = 0.5;
  const Duration first = q.ask(exited(1)).delay;
  q.state.attempts = 2;
  EXPECT_NE(q.ask(exited(1)).delay, first);
  q.state.attempts = 1;
  q.seed = 2;
  EXPECT_NE(q.ask(exited(1)).delay, first);
}

TEST(RetryDelay, TheLongestCoversRulesAndLosses) {
  RetryPolicy policy;
  policy.max_delay = milliseconds(5);
  policy.jitter = 0.1;
  EXPECT_GE(longest_delay(policy), Duration(seconds(16)));
  RetryRule rule;
  rule.delay = minutes(30);
  policy.rules = {rule};
  EXPECT_GE(longest_delay(policy), Duration(minutes(33)));
}

}  // namespace
}  // namespace tidemill
