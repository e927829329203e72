// Cancelling, timeouts and deadlines.
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(RunMachineCancel, WaitingTasksEndAtOnceAndLiveOnesWhenTheyAreGone) {
  RunFixture run(dag("extract -> train; audit; score; check", retries(1)));
  run.start();
  run.grant("extract");
  run.started("extract");
  run.grant("audit");
  run.fail("score");
  EXPECT_EQ(run.cancel("ann", "wrong data"),
            "stop extract#1 (cancelled); stop audit#1 (cancelled); "
            "unready check");
  EXPECT_EQ(run.states(),
            "extract running, train cancelled, audit dispatched, score cancelled, check cancelled");
  EXPECT_EQ(run.of("train").reason, "the run was cancelled by ann: wrong data");
  EXPECT_EQ(run.cancel("bob"), "ignored: already cancelling");
  EXPECT_EQ(run.ended("audit", ended_by(Cause::cancelled)), "");
  EXPECT_EQ(run.ended("extract", ended_by(Cause::cancelled)), "run cancelled");
  EXPECT_EQ(run.run().reason, "cancelled by ann: wrong data");
  EXPECT_EQ(run.cancel(), "rejected: the run has ended (cancelled)");
}

TEST(RunMachineCancel, ASuccessThatWinsTheRaceIsRecorded) {
  RunFixture run(dag("extract -> train"));
  run.start();
  run.grant("extract");
  run.cancel();
  EXPECT_EQ(run.started("extract"), "");
  EXPECT_EQ(run.ended("extract", success()), "run cancelled");
  EXPECT_EQ(run.states(), "extract succeeded, train cancelled");
}

TEST(RunMachineCancel, ACancelThatComesTooLateLeavesASuccess) {
  RunFixture run(dag("extract"));
  run.start();
  run.grant("extract");
  run.cancel();
  EXPECT_EQ(run.ended("extract", success()), "run succeeded");
  EXPECT_EQ(run.run().reason, "cancelled by ann, but every task had ended well by then");
}

TEST(RunMachineCancel, NothingIsRetriedInACancelledRun) {
  RunFixture run(dag("extract; train; audit", retries(5)));
  run.start();
  for (const char* id : {"extract", "train", "audit"}) run.grant(id);
  run.cancel();
  EXPECT_EQ(run.ended("extract", ended_by(Cause::lost)), "");
  EXPECT_EQ(run.ended("train", exited(75)), "");
  EXPECT_EQ(run.ended("audit", ended_by(Cause::signal)), "run cancelled");
  EXPECT_EQ(run.states(), "extract cancelled, train cancelled, audit cancelled");
}

TEST(RunMachineCancel, ALossThatCouldNotBeRetriedIsStillTheCancelsDoing) {
  RunFixture run(dag("extract", with("extract", [](TaskSpec& spec) {
                       RetryPolicy policy;
                       policy.on = 1u << static_cast<unsigned>(Cause::exit);
                       spec.retry = std::make_shared<const RetryPolicy>(policy);
                     })));
  run.start();
  run.grant("extract");
  run.started("extract");
  run.cancel();
  EXPECT_EQ(run.ended("extract", ended_by(Cause::lost)), "run cancelled");
}

TEST(RunMachineCancel, AFinalFailureOfItsOwnIsKept) {
  RunFixture run(dag("extract; train"));
  run.start();
  run.grant("extract");
  run.cancel();
  EXPECT_EQ(run.ended("extract", exited(4)), "run failed");
  EXPECT_EQ(run.run().reason, "extract failed: exit code 4; cancelled by ann");
}

TEST(RunMachineCancel, AQueuedRunEndsAtOnceWithoutHooks) {
  RunFixture run(dag("extract -> train", hooks({"start", "cancel", "exit"})));
  EXPECT_EQ(run.cancel("Ctrl-C"), "run cancelled");
  EXPECT_EQ(run.states(),
            "extract cancelled, train cancelled, hook.start skipped, "
            "hook.cancel skipped, hook.exit skipped");
  EXPECT_EQ(run.start(), "rejected: the run has ended");
}

TEST(RunMachineCancel, NoNewAttemptStartsAfterwards) {
  RunFixture run(dag("extract -> train; audit"));
  run.start();
  run.grant("extract");
  run.cancel();
  EXPECT_EQ(run.grant("audit"), "rejected: audit is cancelled, not ready");
  EXPECT_EQ(run.refused("audit", "late"), "ignored: audit is cancelled, not ready");
}

TEST(RunMachineCancel, StopsSurviveACrash) {
  RunFixture run(dag("extract; train"));
  run.start();
  run.grant("extract");
  run.grant("train");
  run.cancel();
  run.ended("train", ended_by(Cause::cancelled));
  run.recover();
  const std::vector<Effect> effects = pending_effects(run.dag(), run.run());
  ASSERT_EQ(effects.size(), 1u);
  const auto& stop = std::get<effect::Stop>(effects[0]);
  EXPECT_EQ(stop.task, run.index("extract"));
  EXPECT_EQ(stop.attempt, run.of("extract").attempt);
  EXPECT_EQ(stop.why, Cause::cancelled);
}

// The run's timeout
// ---------------------------------------------------------------------------------

TEST(RunMachineTimeout, ARunThatTakesTooLongIsCancelledAndFails) {
  RunFixture run(dag("extract -> train; audit", run_timeout(hours(4))));
  EXPECT_EQ(run.start(), "ready extract; ready audit; wake at +4h 00m");
  run.grant("extract");
  EXPECT_EQ(run.wake_after(hours(4)), "stop extract#1 (timeout); unready audit");
  EXPECT_EQ(run.ended("extract", ended_by(Cause::timeout)), "run failed");
  EXPECT_EQ(run.states(), "extract cancelled, train cancelled, audit cancelled");
  EXPECT_EQ(run.run().reason, "timed out after 4h 00m");
  EXPECT_EQ(run.of("extract").reason, "the run timed out after 4h 00m");
}

TEST(RunMachineTimeout, ACancelledRunNoLongerTimesOut) {
  RunFixture run(dag("extract", run_timeout(hours(4))));
  run.start();
  run.grant("extract");
  run.cancel();
  EXPECT_EQ(run.wake_after(hours(5)), "ignored: no timer is due");
  EXPECT_EQ(run.ended("extract", ended_by(Cause::cancelled)), "run cancelled");
}

TEST(RunMachineTimeout, ItsFailureHookStillRuns) {
  RunFixture run(dag("extract", run_timeout(hours(1)), hooks({"success", "failure", "cancel"})));
  run.start();
  EXPECT_EQ(run.wake_after(hours(1)), "unready extract; ready hook.failure");
  EXPECT_EQ(run.succeed("hook.failure"), "run failed");
}

// queue_timeout
// ---------------------------------------------------------------------------------------

TEST(RunMachineQueueTimeout, ATaskThatNoWorkerTakesFails) {
  RunFixture run(dag("train -> publish", queue_timeout("train", minutes(10)), retries(3)));
  EXPECT_EQ(run.start(), "ready train; wake at +10m 00s");
  EXPECT_EQ(run.wake_after(minutes(10)), "unready train; run failed");
  EXPECT_EQ(run.of("train").cause, Cause::timeout);
  EXPECT_EQ(run.of("train").reason, "not started within 10m 00s (queue_timeout)");
}

TEST(RunMachineQueueTimeout, AGrantDoesNotStopTheClockButAStartDoes) {
  RunFixture run(dag("train", queue_timeout("train", minutes(10))));
  run.start();
  run.pass(minutes(9));
  EXPECT_EQ(run.grant("train"), "");
  EXPECT_EQ(run.started("train"), "");
  EXPECT_EQ(run.wake_after(minutes(1)), "ignored: no timer is due");
  EXPECT_EQ(run.ended("train", success()), "run succeeded");
}

TEST(RunMachineQueueTimeout, AGrantedTaskThatNeverStartsIsStoppedFirst) {
  RunFixture run(dag("train; audit", queue_timeout("train", minutes(10)), retries(3)));
  run.start();
  run.grant("train");
  EXPECT_EQ(run.wake_after(minutes(10)), "stop train#1 (timeout)");
  EXPECT_EQ(run.state("train"), TaskState::dispatched);
  run.recover();
  EXPECT_EQ(std::get<effect::Stop>(pending_effects(run.dag(), run.run())[0]).why, Cause::timeout);
  run.ended("train", ended_by(Cause::timeout));
  EXPECT_EQ(run.state("train"), TaskState::failed);
  EXPECT_EQ(run.of("train").reason, "not started within 10m 00s (queue_timeout)");
}

TEST(RunMachineQueueTimeout, WhatItWaitedForIsPartOfTheReason) {
  RunFixture run(dag("train; audit", queue_timeout("train", minutes(10)),
                     queue_timeout("audit", minutes(10)), retries(1)));
  run.start();
  run.fail("audit");
  run.wake_after(seconds(10));
  run.grant("audit");
  run.pass(minutes(10));
  const event::Wake wake{{{0, "no worker has the label gpu"}, {1, "it was granted to w"}}};
  run.on(wake);
  EXPECT_EQ(run.of("train").reason,
            "not started within 10m 00s (queue_timeout): no worker has the label gpu");
  run.recover();
  run.ended("audit", ended_by(Cause::timeout));
  EXPECT_EQ(run.of("audit").reason,
            "not started within 10m 00s (queue_timeout): it was granted to w");
}

TEST(RunMachineQueueTimeout, AStartThatCrossesTheStopMayStillSucceed) {
  RunFixture run(dag("train", queue_timeout("train", minutes(10))));
  run.start();
  run.grant("train");
  run.wake_after(minutes(10));
  EXPECT_EQ(run.started("train"), "");
  EXPECT_EQ(run.ended("train", success()), "run succeeded");
}

TEST(RunMachineQueueTimeout, EachRetryMayWaitAsLongAgain) {
  RunFixture run(dag("train", queue_timeout("train", minutes(10)), retries(1)));
  run.start();
  EXPECT_EQ(run.fail("train"), "wake at +10s");
  EXPECT_EQ(run.wake_after(seconds(10)), "ready train; wake at +10m 00s");
}

// Deadlines
// -------------------------------------------------------------------------------------------

TEST(RunMachineDeadline, ItIsSaidOnceAndChangesNothingElse) {
  RunFixture run(dag("train", deadline(minutes(90), Deadline::From::started)));
  run.pass(hours(3));
  EXPECT_EQ(run.start(), "ready train; wake at +1h 30m");
  EXPECT_EQ(run.wake_after(minutes(90)), "deadline missed");
  EXPECT_EQ(run.wake_after(minutes(90)), "ignored: no timer is due");
  EXPECT_EQ(run.succeed("train"), "run succeeded");
  EXPECT_TRUE(run.run().deadline_missed);
}

TEST(RunMachineDeadline, ARunStillInTheQueueCanMissIt) {
  RunFixture run(dag("train", deadline(minutes(30), Deadline::From::queued)));
  EXPECT_EQ(pending_effects(run.dag(), run.run()).size(), 1u);
  EXPECT_EQ(run.wake_after(minutes(30)), "deadline missed");
  EXPECT_EQ(run.run().state, RunState::queued);
}

TEST(RunMachineDeadline, ItCountsFromWhenTheRunWasDue) {
  RunOptions options;
  options.scheduled_for = {RunFixture(dag("x")).now().wall.us - 20 * 60'000'000LL};
  RunFixture run(dag("train", deadline(minutes(30), Deadline::From::scheduled)), options);
  EXPECT_EQ(run.start(), "ready train; wake at +10m 00s");
}

// The wall clock (I25)
// --------------------------------------------------------------------------------

TEST(RunMachineClock, AWallClockThatJumpsFiresNothingEarlyOrLate) {
  for (const Duration jump :
       {Duration(hours(24)), -Duration(hours(24)), Duration(hours(24 * 20000))}) {
    RunFixture run(dag("train; audit", retries(1), queue_timeout("audit", minutes(5)),
                       run_timeout(hours(4)), deadline(hours(2), Deadline::From::scheduled)));
    run.skip_recovery_check();
    EXPECT_EQ(run.start(), "ready train; ready audit; wake at +5m 00s");
    run.shift_wall_clock(jump);
    EXPECT_EQ(run.fail("train"), "wake at +10s");
    run.shift_wall_clock(jump);
    EXPECT_EQ(run.wake_after(seconds(9)), "ignored: no timer is due; wake at +1s");
    EXPECT_EQ(run.wake_after(seconds(1)), "ready train; wake at +4m 50s");
    run.shift_wall_clock(-jump);
    EXPECT_EQ(run.wake_after(seconds(290)), "unready audit; wake at +1h 55m");
    EXPECT_EQ(run.wake_after(minutes(115)), "deadline missed; wake at +2h 00m");
    EXPECT_EQ(run.wake_after(hours(2)), "unready train; run failed");
  }
}

TEST(RunMachineClock, AClockSetBackWhileWeWereDownMakesNoDelayLonger) {
  RunFixture run(
      dag("train; audit", retries(1), queue_timeout("audit", minutes(5)), run_timeout(hours(4))));
  run.skip_recovery_check();
  run.start();
  run.fail("train");
  run.shift_wall_clock(-hours(1000));
  run.recover();
  // The policy's longest delay bounds what is left; here that is max_delay, five minutes.
  EXPECT_EQ(run.on(event::Wake{}), "ignored: no timer is due; wake at +5m 00s");
  run.shift_wall_clock(hours(2000));
  run.recover();
  EXPECT_EQ(run.on(event::Wake{}), "ready train; unready audit; unready train; run failed");
}

}  // namespace
}  // namespace tidemill
