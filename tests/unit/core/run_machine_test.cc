// The run machine as scenarios: what happens, and what has to be done about it.
#include "core/run_machine.h"

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(RunMachine, AChainRunsTaskByTask) {
  RunFixture run(dag("extract -> train -> evaluate"));
  EXPECT_EQ(run.start(), "ready extract");
  EXPECT_EQ(run.grant("extract"), "");
  EXPECT_EQ(run.started("extract"), "");
  EXPECT_EQ(run.ended("extract", success()), "ready train");
  EXPECT_EQ(run.succeed("train"), "ready evaluate");
  EXPECT_EQ(run.succeed("evaluate"), "run succeeded");
  EXPECT_EQ(run.run().reason, "");
}

TEST(RunMachine, AFailureStopsWhatDependsOnItAndNothingElse) {
  RunFixture run(dag("extract -> train -> evaluate; audit"));
  EXPECT_EQ(run.start(), "ready extract; ready audit");
  EXPECT_EQ(run.attempt("extract", exited(3)), "");
  EXPECT_EQ(run.states(),
            "extract failed, train upstream_failed, evaluate upstream_failed, audit ready");
  EXPECT_EQ(run.of("extract").reason, "exit code 3");
  EXPECT_EQ(run.of("train").reason, "extract failed");
  EXPECT_EQ(run.of("evaluate").reason, "train did not run");
  EXPECT_EQ(run.succeed("audit"), "run failed");
  EXPECT_EQ(run.run().reason, "extract failed: exit code 3");
}

TEST(RunMachine, AnEndReportedWithoutAStartCounts) {
  RunFixture run(dag("train -> evaluate"));
  run.start();
  run.grant("train");
  Outcome outcome = success();
  outcome.started_at = run.now().wall;
  EXPECT_EQ(run.ended("train", outcome), "ready evaluate");
  EXPECT_EQ(run.of("train").started_at, run.now().wall);
}

TEST(RunMachine, AGreenLeafDoesNotHideAFailureInTheMiddle) {
  RunFixture run(dag("extract -> train -> report", rule("report", TriggerRule::all_done)));
  run.start();
  run.succeed("extract");
  EXPECT_EQ(run.fail("train"), "ready report");
  EXPECT_EQ(run.succeed("report"), "run failed");
}

TEST(RunMachine, OnlySuccessKeepsItsResult) {
  RunFixture run(dag("train; audit", tolerated("audit")));
  run.start();
  Outcome outcome = success();
  outcome.result.outputs = {{"rows", "12"}};
  run.attempt("train", outcome);
  ASSERT_NE(run.of("train").result, nullptr);
  EXPECT_EQ(*run.of("train").result->output("rows"), "12");
  outcome.cause = Cause::exit;
  outcome.exit_code = 1;
  run.attempt("audit", outcome);
  EXPECT_EQ(run.of("audit").result, nullptr);
}

// Retry -------------------------------------------------------------------------------------------

TEST(RunMachine, RetryWaitsThenRunsAgainAsANewAttempt) {
  RunFixture run(dag("train -> evaluate", retries(1, seconds(30))));
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.attempt("train", exited(137)), "wake at +30s");
  EXPECT_EQ(run.state("train"), TaskState::retry_wait);
  EXPECT_EQ(run.of("train").reason, "exit code 137; retry 1 of 1");
  EXPECT_EQ(run.wake_after(seconds(29)), "ignored: no timer is due; wake at +1s");
  EXPECT_EQ(run.wake_after(seconds(1)), "ready train");
  EXPECT_EQ(run.of("train").reason, "");
  EXPECT_EQ(run.succeed("train"), "ready evaluate");
  EXPECT_EQ(run.of("train").attempts, 2u);
}

TEST(RunMachine, BackoffDoublesUntilTheLimitIsUsed) {
  RunFixture run(dag("train", retries(3)));
  run.start();
  EXPECT_EQ(run.fail("train"), "wake at +10s");
  run.wake_after(seconds(10));
  EXPECT_EQ(run.fail("train"), "wake at +20s");
  run.wake_after(seconds(20));
  EXPECT_EQ(run.fail("train"), "wake at +40s");
  run.wake_after(seconds(40));
  EXPECT_EQ(run.fail("train"), "run failed");
  EXPECT_EQ(run.of("train").reason, "exit code 1; 3 of 3 retries used");
  EXPECT_EQ(run.of("train").attempts, 4u);
}

TEST(RunMachine, AttemptsLostWithTheirWorkerDoNotUseTheLimit) {
  RunFixture run(dag("train", retries(1)));
  run.start();
  for (int loss = 0; loss < kMaxLosses; ++loss) {
    run.attempt("train", ended_by(Cause::lost));
    EXPECT_EQ(run.state("train"), TaskState::retry_wait);
    run.wake_after(hours(1));
  }
  EXPECT_EQ(run.of("train").retries, 0);
  EXPECT_EQ(run.attempt("train", ended_by(Cause::lost)), "run failed");
  EXPECT_EQ(run.of("train").cause, Cause::lost);
}

TEST(RunMachine, ANewAttemptForgetsTheOneBeforeIt) {
  RunFixture run(dag("train", retries(1), with("train", [](TaskSpec& spec) {
                       RetryPolicy policy = *spec.retry;
                       policy.on = 1u << static_cast<unsigned>(Cause::exit);
                       spec.retry = std::make_shared<const RetryPolicy>(policy);
                     })));
  run.start();
  run.attempt("train", exited(3));
  run.wake_after(minutes(1));
  run.grant("train");
  EXPECT_EQ(run.of("train").exit_code, 0);
  EXPECT_EQ(run.of("train").cause, Cause::none);
  // Only an attempt that began may not be made again, and this one did not.
  run.ended("train", ended_by(Cause::lost));
  EXPECT_EQ(run.state("train"), TaskState::retry_wait);
}

TEST(RunMachine, ABrokenContractIsAFailureAndIsRetried) {
  RunFixture run(dag("extract -> train", retries(1),
                     with("extract", [](TaskSpec& spec) { spec.outputs = {"rows"}; })));
  run.start();
  EXPECT_EQ(run.succeed("extract"), "wake at +10s");
  EXPECT_EQ(run.of("extract").cause, Cause::contract);
  EXPECT_EQ(run.of("extract").reason, "output rows is missing; retry 1 of 1");
  run.wake_after(seconds(10));
  Outcome outcome = success();
  outcome.result.outputs = {{"rows", "5"}};
  EXPECT_EQ(run.attempt("extract", outcome), "ready train");
}

TEST(RunMachine, ExitCode99SkipsTheTask) {
  RunFixture run(dag("extract -> train"));
  run.start();
  EXPECT_EQ(run.attempt("extract", exited(99)), "run succeeded");
  EXPECT_EQ(run.states(), "extract skipped, train skipped");
  EXPECT_EQ(run.of("train").reason,
            "extract was skipped, and all_success needs every upstream to succeed");
}

TEST(RunMachine, AnAttemptThatSomebodyStoppedFailsWithoutARetry) {
  RunFixture run(dag("train", retries(3)));
  run.start();
  EXPECT_EQ(run.attempt("train", ended_by(Cause::cancelled)), "run failed");
  EXPECT_EQ(run.of("train").cause, Cause::cancelled);
}

TEST(RunMachine, ACommandThatCannotBeRenderedFailsTheTask) {
  RunFixture run(dag("extract -> train", retries(3)));
  run.start();
  EXPECT_EQ(run.refused("extract", "command: no such output"), "unready extract; run failed");
  EXPECT_EQ(run.of("extract").cause, Cause::exec_failed);
  EXPECT_EQ(run.of("extract").attempts, 0u);
}

// Tolerated failures, conditions, needs
// -------------------------------------------------------------

TEST(RunMachine, AToleratedFailureIsSeenDownstreamAndEndsPartial) {
  RunFixture run(
      dag("audit -> page; train", tolerated("audit"), rule("page", TriggerRule::one_failed)));
  run.start();
  EXPECT_EQ(run.fail("audit"), "ready page");
  run.succeed("page");
  EXPECT_EQ(run.succeed("train"), "run partial");
  EXPECT_EQ(run.run().reason, "audit failed: exit code 1 (a failure that is allowed)");
}

TEST(RunMachine, WhatFollowsFromAToleratedFailureIsToleratedToo) {
  RunFixture run(dag("audit -> page", tolerated("audit")));
  run.start();
  EXPECT_EQ(run.fail("audit"), "run partial");
  EXPECT_EQ(run.state("page"), TaskState::upstream_failed);
}

TEST(RunMachine, AConditionIsAskedWhenTheRuleSaysRun) {
  RunFixture run(dag("extract -> train -> publish",
                     condition("train", "tasks.extract.outputs.rows == 'many'"),
                     rule("publish", TriggerRule::all_skipped)));
  run.start();
  Outcome outcome = success();
  outcome.result.outputs = {{"rows", "few"}};
  EXPECT_EQ(run.attempt("extract", outcome), "ready publish");
  EXPECT_EQ(run.state("train"), TaskState::skipped);
  EXPECT_EQ(run.of("train").reason, "if: tasks.extract.outputs.rows == 'many' is false");
}

TEST(RunMachine, AConditionIsNotAskedAgainForARetry) {
  RunOptions options;
  options.params = {{"go", Json(true)}};
  RunFixture run(dag("train", condition("train", "params.go"), retries(1)), options);
  EXPECT_EQ(run.start(), "ready train");
  run.fail("train");
  EXPECT_EQ(run.wake_after(seconds(10)), "ready train");
}

TEST(RunMachine, AConditionThatCannotBeDecidedFailsTheTask) {
  RunFixture broken(dag("train -> publish", condition("train", "1 % 0 == 0")));
  EXPECT_EQ(broken.start(), "run failed");
  EXPECT_EQ(broken.of("train").cause, Cause::exec_failed);
  EXPECT_EQ(broken.state("publish"), TaskState::upstream_failed);

  RunFixture early(dag("a, b -> join", rule("join", TriggerRule::one_success),
                       condition("join", "tasks.b.state == 'succeeded'")));
  early.start();
  early.succeed("a");
  EXPECT_EQ(early.state("join"), TaskState::failed);
  EXPECT_EQ(early.of("join").reason,
            "if: tasks.b.state == 'succeeded': it speaks of something that is not known yet");

  RunFixture number(dag("train", condition("train", "params.n")), [] {
    RunOptions options;
    options.params = {{"n", Json(3)}};
    return options;
  }());
  EXPECT_EQ(number.start(), "run failed");
  EXPECT_EQ(number.of("train").reason, "if: params.n: 3 is neither true nor false");
}

TEST(RunMachine, ANeedsExpressionIsDecidedAsSoonAsItIsCertain) {
  RunFixture run(dag("train; audit; publish; clean", needs("publish", "train && !audit.failed"),
                     needs("clean", "train.failed || audit.done")));
  EXPECT_EQ(run.start(), "ready train; ready audit");
  EXPECT_EQ(run.succeed("train"), "");
  EXPECT_EQ(run.fail("audit"), "ready clean");
  EXPECT_EQ(run.state("publish"), TaskState::skipped);
  EXPECT_EQ(run.of("publish").reason,
            "needs: train && !audit.failed is false: train succeeded, audit failed");
}

TEST(RunMachine, ANeedsExpressionThatIsAlwaysTrueDoesNotWait) {
  RunFixture run(dag("train; publish", needs("publish", "train.done || !train.done"),
                     rule("publish", TriggerRule::all_success)));
  // Kleene's logic does not see through `x || !x`: undecided until train has ended.
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.fail("train"), "ready publish");
}

// Left out and reused tasks
// -------------------------------------------------------------------------

TEST(RunMachine, ATaskWhoseUpstreamsAreLeftOutIsReady) {
  const Dag d = dag("extract -> train -> evaluate; audit -> evaluate");
  RunOptions options;
  options.only = {d.find("train"), d.find("evaluate")};
  RunFixture run(d, options);
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.succeed("train"), "ready evaluate");
  EXPECT_EQ(run.succeed("evaluate"), "run succeeded");
  EXPECT_EQ(run.of("extract").reason, "left out of this run");
}

TEST(RunMachine, ALeftOutOperandOfANeedsExpressionCountsAsSucceeded) {
  const Dag d = dag("train; audit; publish", needs("publish", "train && audit.succeeded"));
  RunOptions options;
  options.only = {d.find("train"), d.find("publish")};
  RunFixture run(d, options);
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.succeed("train"), "ready publish");
}

TEST(RunMachine, ANeedsExpressionWithoutAnyOperandLeftRuns) {
  const Dag d = dag("audit; page", needs("page", "audit.failed"));
  RunOptions options;
  options.only = {d.find("page")};
  RunFixture run(d, options);
  EXPECT_EQ(run.start(), "ready page");
}

TEST(RunMachine, AReusedTaskCountsAsSucceeded) {
  const Dag d = dag("extract -> train -> evaluate");
  RunOptions options;
  auto result = std::make_shared<TaskResult>();
  result->outputs = {{"rows", "7"}};
  options.reuse = {{d.find("extract"), result}};
  options.reused_from = RunId{12};
  RunFixture run(d, options);
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.of("extract").reason, "reused from run 12");
  EXPECT_EQ(*run.of("extract").result->output("rows"), "7");
}

TEST(RunMachine, ARunWithNothingLeftToDoEndsAtOnce) {
  const Dag d = dag("extract", hooks({"start", "exit"}));
  RunOptions options;
  options.reuse = {{d.find("extract"), nullptr}};
  RunFixture run(d, options);
  EXPECT_EQ(run.start(), "ready hook.start");
  EXPECT_EQ(run.succeed("hook.start"), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run succeeded");
}

// Late and repeated messages (I8, I9, I13)
// ------------------------------------------------------------

TEST(RunMachine, RepeatedReportsChangeNothing) {
  RunFixture run(dag("train -> evaluate"));
  run.start();
  run.grant("train");
  run.started("train");
  EXPECT_EQ(run.started("train"), "ignored: attempt 1 of train has started already");
  run.ended("train", success());
  EXPECT_EQ(run.ended("train", exited(1)), "ignored: attempt 1 of train has ended already");
  EXPECT_EQ(run.started("train"), "ignored: attempt 1 of train has ended already");
  EXPECT_EQ(run.start(), "ignored: the run has started already");
}

TEST(RunMachine, AReportOfAnOldAttemptIsIgnored) {
  RunFixture run(dag("train", retries(2)));
  run.start();
  run.attempt("train", ended_by(Cause::lost));
  run.wake_after(minutes(1));
  run.grant("train");
  EXPECT_EQ(run.on(event::Ended{0, AttemptId{1}, success()}),
            "ignored: attempt 1 of train is not the last one, which is 2");
  EXPECT_EQ(run.state("train"), TaskState::dispatched);
  EXPECT_EQ(run.on(event::Ended{0, AttemptId{9}, success()}),
            "rejected: train was never granted attempt 9");
}

TEST(RunMachine, AttemptIdsMustRise) {
  RunFixture run(dag("train", retries(2)));
  run.start();
  run.fail("train");
  run.wake_after(seconds(10));
  EXPECT_EQ(run.on(event::Grant{0, AttemptId{1}}),
            "rejected: attempt 1 of train is not newer than the last one, 1");
}

TEST(RunMachine, TasksThatDoNotExistAreRejected) {
  RunFixture run(dag("train"));
  run.start();
  EXPECT_EQ(run.on(event::Grant{7, AttemptId{1}}), "rejected: dag test has no task 7");
  EXPECT_EQ(run.on(event::Ended{kNoTask, AttemptId{1}, success()}),
            "rejected: dag test has no task 4294967295");
}

TEST(RunMachine, OutcomeFieldsThatContradictEachOtherAreAFailure) {
  RunFixture run(dag("train"));
  run.start();
  Outcome outcome = success();
  outcome.exit_code = 2;
  EXPECT_EQ(run.attempt("train", outcome), "run failed");
  EXPECT_EQ(run.of("train").reason, "exit code 2");
}

}  // namespace
}  // namespace tidemill
