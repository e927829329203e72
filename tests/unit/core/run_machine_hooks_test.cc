// Hooks: before the body, after it, and last of all.
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string> kAll = {"start", "success", "failure", "cancel", "exit"};

TEST(RunMachineHooks, TheyFrameASuccessfulRun) {
  RunFixture run(dag("train", hooks(kAll)));
  EXPECT_EQ(run.start(), "ready hook.start");
  EXPECT_EQ(run.succeed("hook.start"), "ready train");
  EXPECT_EQ(run.succeed("train"), "ready hook.success");
  EXPECT_EQ(run.succeed("hook.success"), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run succeeded");
  EXPECT_EQ(run.states(),
            "train succeeded, hook.start succeeded, hook.success succeeded, "
            "hook.failure skipped, hook.cancel skipped, hook.exit succeeded");
  EXPECT_EQ(run.of("hook.failure").reason, "not used: the run succeeded");
}

TEST(RunMachineHooks, AFailedRunCallsTheFailureHook) {
  RunFixture run(dag("train", hooks(kAll)));
  run.start();
  run.succeed("hook.start");
  EXPECT_EQ(run.fail("train"), "ready hook.failure");
  EXPECT_EQ(run.succeed("hook.failure"), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run failed");
}

TEST(RunMachineHooks, APartialRunCallsTheSuccessHook) {
  RunFixture run(dag("train", tolerated("train"), hooks(kAll)));
  run.start();
  run.succeed("hook.start");
  EXPECT_EQ(run.fail("train"), "ready hook.success");
  run.succeed("hook.success");
  EXPECT_EQ(run.succeed("hook.exit"), "run partial");
}

TEST(RunMachineHooks, AFailedStartHookKeepsTheBodyFromRunning) {
  RunFixture run(dag("extract -> train; audit", rule("audit", TriggerRule::always), hooks(kAll)));
  run.start();
  EXPECT_EQ(run.fail("hook.start"), "ready hook.failure");
  EXPECT_EQ(run.state("audit"), TaskState::upstream_failed);
  EXPECT_EQ(run.of("train").reason, "the start hook failed: exit code 1");
  run.succeed("hook.failure");
  EXPECT_EQ(run.succeed("hook.exit"), "run failed");
  EXPECT_EQ(run.run().reason, "the start hook failed: exit code 1");
}

TEST(RunMachineHooks, AStartHookMayBeSkippedOrTolerated) {
  RunFixture skipped(dag("train", hooks({"start"})));
  skipped.start();
  EXPECT_EQ(skipped.attempt("hook.start", exited(99)), "ready train");

  RunFixture allowed(dag("train", hooks({"start"}), tolerated("hook.start")));
  allowed.start();
  EXPECT_EQ(allowed.fail("hook.start"), "ready train");
  EXPECT_EQ(allowed.succeed("train"), "run partial");
}

TEST(RunMachineHooks, AFailedSuccessHookMakesTheRunPartial) {
  RunFixture run(dag("train", hooks({"success", "exit"})));
  run.start();
  run.succeed("train");
  EXPECT_EQ(run.fail("hook.success"), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run partial");
  EXPECT_EQ(run.run().reason, "the success hook failed: exit code 1");
}

TEST(RunMachineHooks, AFailedHookNeverHidesAFailedRun) {
  RunFixture run(dag("train", hooks({"failure", "exit"})));
  run.start();
  run.fail("train");
  run.fail("hook.failure");
  EXPECT_EQ(run.fail("hook.exit"), "run failed");
  EXPECT_EQ(run.run().reason, "train failed: exit code 1");
}

TEST(RunMachineHooks, HooksAreRetriedLikeTasks) {
  RunFixture run(dag("train", hooks({"exit"}), retries(1)));
  run.start();
  run.succeed("train");
  EXPECT_EQ(run.fail("hook.exit"), "wake at +10s");
  EXPECT_EQ(run.wake_after(seconds(10)), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run succeeded");
}

TEST(RunMachineHooks, AConditionDecidesAboutAHookToo) {
  RunFixture run(dag("train", hooks({"success", "exit"}), condition("hook.success", "false")));
  run.start();
  EXPECT_EQ(run.succeed("train"), "ready hook.exit");
  EXPECT_EQ(run.state("hook.success"), TaskState::skipped);
}

TEST(RunMachineHooks, ACancelledRunCallsTheCancelHook) {
  RunFixture run(dag("train", hooks(kAll)));
  run.start();
  run.succeed("hook.start");
  run.grant("train");
  run.cancel();
  EXPECT_EQ(run.ended("train", ended_by(Cause::cancelled)), "ready hook.cancel");
  EXPECT_EQ(run.succeed("hook.cancel"), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run cancelled");
}

TEST(RunMachineHooks, ACancelDuringTheStartHookStopsIt) {
  RunFixture run(dag("train", hooks(kAll)));
  run.start();
  run.grant("hook.start");
  EXPECT_EQ(run.cancel(), "stop hook.start#1 (cancelled)");
  EXPECT_EQ(run.ended("hook.start", ended_by(Cause::cancelled)), "ready hook.cancel");
}

TEST(RunMachineHooks, ACancelDuringAClosingHookStopsItButNotTheExitHook) {
  RunFixture run(dag("train", hooks(kAll)));
  run.start();
  run.succeed("hook.start");
  run.succeed("train");
  run.grant("hook.success");
  EXPECT_EQ(run.cancel(), "stop hook.success#1 (cancelled)");
  EXPECT_EQ(run.cancel(), "ignored: already cancelling");
  EXPECT_EQ(run.ended("hook.success", ended_by(Cause::cancelled)), "ready hook.exit");
  EXPECT_EQ(run.succeed("hook.exit"), "run partial");
  EXPECT_EQ(run.run().reason, "the success hook was cancelled: the run was cancelled by ann");
}

TEST(RunMachineHooks, ASecondCancelStopsACancelHookThatHangs) {
  RunFixture run(dag("train", hooks({"cancel", "exit"})));
  run.start();
  EXPECT_EQ(run.cancel(), "unready train; ready hook.cancel");
  run.grant("hook.cancel");
  run.started("hook.cancel");
  EXPECT_EQ(run.cancel(), "stop hook.cancel#1 (cancelled)");
  EXPECT_EQ(run.ended("hook.cancel", ended_by(Cause::cancelled)), "ready hook.exit");
  EXPECT_EQ(run.cancel(), "unready hook.exit; run cancelled");
}

TEST(RunMachineHooks, TheRunsTimeoutAlsoBoundsItsHooks) {
  RunFixture run(dag("train", hooks({"success"}), run_timeout(hours(1))));
  run.start();
  run.succeed("train");
  run.grant("hook.success");
  EXPECT_EQ(run.wake_after(hours(1)), "stop hook.success#1 (timeout)");
  EXPECT_EQ(run.ended("hook.success", ended_by(Cause::timeout)), "run failed");
  EXPECT_EQ(run.run().reason, "timed out after 1h 00m");
}

TEST(RunMachineHooks, TimersThatFallTogetherAreTakenOneAfterTheOther) {
  RunFixture run(dag("train", hooks({"failure"}), run_timeout(minutes(10)),
                     queue_timeout("train", minutes(10))));
  run.start();
  // The task's end begins the failure hook, which the run's timeout then stops before it began.
  EXPECT_EQ(run.wake_after(minutes(10)),
            "unready train; ready hook.failure; unready hook.failure; run failed");
  EXPECT_EQ(run.run().reason, "timed out after 10m 00s");
}

}  // namespace
}  // namespace tidemill
