// Tasks that wait without an attempt: for a thing outside, for a time, for a person.
#include <gtest/gtest.h>

#include "core/approval.h"
#include "core/wait_for.h"
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Answer = event::Looked::Answer;

Template parsed(const std::string& text) {
  auto made = Template::parse(text);
  EXPECT_TRUE(made.ok()) << made.error().message;
  return std::move(*made);
}

DagOption waits(WaitSpec::Kind kind, const std::string& target, Duration timeout = {},
                bool skip = false) {
  return with("gate", [=](TaskSpec& task) {
    WaitSpec wait;
    wait.kind = kind;
    wait.target = parsed(target);
    wait.timeout = timeout;
    wait.skip_on_timeout = skip;
    task.wait_for = std::make_shared<const WaitSpec>(std::move(wait));
  });
}

DagOption asks(Duration timeout = {}, bool approve = false) {
  return with("gate", [=](TaskSpec& task) {
    ApprovalSpec approval;
    approval.prompt = Template("Go on?");
    ParamSpec field;
    field.name = "threshold";
    field.type = ParamType::number;
    field.default_value = Json(0.5);
    approval.form.push_back(field);
    approval.timeout = timeout;
    approval.approve_by_default = approve;
    task.approval = std::make_shared<const ApprovalSpec>(std::move(approval));
  });
}

RunOptions until(WallTime interval_end) {
  RunOptions options;
  options.interval_end = interval_end;
  return options;
}

RunOptions given(const std::string& param, const std::string& value) {
  RunOptions options;
  options.params.emplace_back(param, Json(value));
  return options;
}

event::Looked looked(const RunFixture& run, Answer answer, std::string said = "") {
  return {run.index("gate"), run.of("gate").ready_at, answer, std::move(said)};
}

// Looks begin anew after a crash, so timers of looks are not those of before it.
struct WaitFixture : RunFixture {
  explicit WaitFixture(Dag dag, RunOptions options = {})
      : RunFixture(std::move(dag), std::move(options)) {
    skip_recovery_check();
  }
};

TEST(RunMachineWait, AFileIsLookedForUntilItIsThere) {
  WaitFixture run(dag("extract -> gate -> load", waits(WaitSpec::Kind::file, "in.csv")));
  run.start();
  EXPECT_EQ(run.succeed("extract"), "look for gate; wake at +30s");
  EXPECT_EQ(run.state("gate"), TaskState::awaiting_input);
  EXPECT_EQ(run.wake_after(seconds(30)), "look for gate; wake at +30s");
  EXPECT_EQ(run.on(looked(run, Answer::not_yet, "there is no such file")), "");
  EXPECT_EQ(run.of("gate").reason, "there is no such file");
  EXPECT_EQ(run.on(looked(run, Answer::there)), "ready load");
  EXPECT_EQ(run.of("gate").attempts, 0u);
  run.succeed("load");
  EXPECT_EQ(run.run().state, RunState::succeeded);
}

TEST(RunMachineWait, TheSameAnswerAgainChangesNoRow) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::http, "http://example.org")));
  run.start();
  run.on(looked(run, Answer::not_yet, "HTTP 404"));
  EXPECT_EQ(run.last().changed.size(), 1u);
  EXPECT_EQ(run.on(looked(run, Answer::not_yet, "HTTP 404")), "ignored: gate still: HTTP 404");
  run.wake_after(seconds(30));
  EXPECT_TRUE(run.last().changed.empty());
}

TEST(RunMachineWait, AnAnswerToAnEarlierWaitIsLate) {
  WaitFixture run(dag("gate; other", waits(WaitSpec::Kind::file, "in.csv")));
  run.start();
  const event::Looked old = looked(run, Answer::there);
  run.pass(seconds(5));
  run.on(event::Clear{{run.index("gate")}, ClearReach::only, "ann", ""});
  ASSERT_EQ(run.state("gate"), TaskState::awaiting_input);
  EXPECT_EQ(run.on(old), "ignored: gate does not wait for that any more");
  EXPECT_EQ(run.on(looked(run, Answer::there)), "");
  EXPECT_EQ(run.state("gate"), TaskState::succeeded);
  EXPECT_EQ(run.on(looked(run, Answer::there)), "ignored: gate does not wait for that any more");
}

TEST(RunMachineWait, WhatCanNeverBeThereFailsAtOnce) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::http, "http://10.0.0.1")));
  run.start();
  EXPECT_EQ(run.on(looked(run, Answer::never, "10.0.0.1 is not a public address")), "run failed");
  EXPECT_EQ(run.of("gate").reason, "10.0.0.1 is not a public address");
}

TEST(RunMachineWait, ATimeoutFailsWithTheLastAnswer) {
  WaitFixture run(dag("gate -> load", waits(WaitSpec::Kind::file, "in.csv", minutes(2))));
  run.start();
  run.on(looked(run, Answer::not_yet, "there is no such file"));
  for (int i = 0; i < 3; ++i) run.wake_after(seconds(30));
  ASSERT_EQ(run.state("gate"), TaskState::awaiting_input);
  EXPECT_EQ(run.wake_after(seconds(30)), "run failed");
  EXPECT_EQ(run.of("gate").cause, Cause::timeout);
  EXPECT_EQ(run.of("gate").reason,
            "the file in.csv was not there within 2m 00s: there is no such file");
  EXPECT_EQ(run.state("load"), TaskState::upstream_failed);
}

TEST(RunMachineWait, ATimeoutMaySkip) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::file, "in.csv", seconds(10), true)));
  run.start();
  run.wake_after(seconds(10));
  EXPECT_EQ(run.state("gate"), TaskState::skipped);
  EXPECT_EQ(run.run().state, RunState::succeeded);
}

TEST(RunMachineWait, ADurationIsWaitedForFromItsBeginning) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::time, "90s")));
  EXPECT_EQ(run.start(), "wake at +1m 30s");
  EXPECT_EQ(run.wake_after(seconds(89)), "ignored: no timer is due; wake at +1s");
  EXPECT_EQ(run.wake_after(seconds(1)), "run succeeded");
}

TEST(RunMachineWait, ADurationCaresForNoClock) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::time, "90s")));
  run.start();
  run.pass(seconds(60));
  run.shift_wall_clock(hours(-48));
  EXPECT_EQ(run.wake_after(seconds(29)), "ignored: no timer is due; wake at +1s");
  // Not even across a crash: it waits at most the whole time again.
  run.recover();
  EXPECT_EQ(run.wake_after(seconds(0)), "ignored: no timer is due; wake at +1m 30s");
  EXPECT_EQ(run.wake_after(seconds(90)), "run succeeded");
}

TEST(RunMachineWait, AnInstantFollowsTheWallClock) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::time, "${{ run.interval_end }}")),
                  until({4'000'000'000'000'000}));
  EXPECT_EQ(run.start(), "wake at +1m 00s");
  run.wake_after(minutes(1));
  ASSERT_EQ(run.state("gate"), TaskState::awaiting_input);
  // Somebody sets the clock far ahead: noticed within a minute.
  run.shift_wall_clock(hours(24 * 36'500));
  EXPECT_EQ(run.wake_after(minutes(1)), "run succeeded");
}

TEST(RunMachineWait, ATargetThatCannotBeMeantFailsBeforeItIsWaitedFor) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::time, "${{ params.when }}")),
                  given("when", "soon"));
  EXPECT_EQ(run.start(), "run failed");
  EXPECT_EQ(run.of("gate").reason,
            "with.time: \"soon\" is neither an instant such as 2027-01-01T06:00:00Z nor a duration "
            "such as 2h");
}

TEST(RunMachineWait, ACancelEndsAWaitAtOnce) {
  WaitFixture run(dag("gate; other", waits(WaitSpec::Kind::file, "in.csv")));
  run.start();
  run.cancel();
  EXPECT_EQ(run.state("gate"), TaskState::cancelled);
  EXPECT_EQ(run.run().state, RunState::cancelled);
  EXPECT_TRUE(run.run().timers.empty());
}

TEST(RunMachineWait, APauseDoesNotTouchAWait) {
  WaitFixture run(dag("gate -> load", waits(WaitSpec::Kind::file, "in.csv")));
  run.start();
  run.on(event::Pause{"ann", ""});
  EXPECT_EQ(run.wake_after(seconds(30)), "look for gate; wake at +30s");
  EXPECT_EQ(run.on(looked(run, Answer::there)), "");  // load is ready, and nobody may take it
  EXPECT_EQ(run.state("load"), TaskState::ready);
  EXPECT_EQ(run.on(event::Resume{"ann", ""}), "ready load");
}

TEST(RunMachineWait, ALookBeginsAnewAfterACrashAndTheTimeoutGoesOn) {
  WaitFixture run(dag("gate", waits(WaitSpec::Kind::file, "in.csv", minutes(2))));
  run.start();
  run.pass(seconds(100));
  run.recover();
  EXPECT_EQ(run.wake_after(seconds(0)), "look for gate; wake at +20s");
  EXPECT_EQ(run.wake_after(seconds(20)), "run failed");
}

TEST(RunMachineWait, AnApprovalLeavesItsFormAsOutputs) {
  RunFixture run(dag("gate -> load", asks()));
  EXPECT_EQ(run.start(), "");
  EXPECT_EQ(run.state("gate"), TaskState::awaiting_input);
  EXPECT_EQ(run.on(event::Decided{
                run.index("gate"), true, {{"threshold", Json(0.8)}}, "ann", "as agreed"}),
            "ready load");
  const TaskRun& gate = run.of("gate");
  EXPECT_EQ(gate.reason, "approved by ann: as agreed");
  ASSERT_NE(gate.result, nullptr);
  EXPECT_EQ(*gate.result->output("threshold"), "0.8");
  EXPECT_EQ(*gate.result->output("decided_by"), "ann");
  EXPECT_EQ(*gate.result->output("comment"), "as agreed");
}

TEST(RunMachineWait, ARejectionFails) {
  RunFixture run(dag("gate -> load", asks()));
  run.start();
  EXPECT_EQ(run.on(event::Decided{run.index("gate"), false, {}, "ann", "too bad"}), "run failed");
  EXPECT_EQ(run.of("gate").cause, Cause::gate);
  EXPECT_EQ(run.of("gate").reason, "rejected by ann: too bad");
  EXPECT_EQ(run.state("load"), TaskState::upstream_failed);
}

TEST(RunMachineWait, TheSecondAnswerIsToldOfTheFirst) {
  RunFixture run(dag("gate; other", asks()));
  run.start();
  run.on(event::Decided{run.index("gate"), true, {}, "ann", ""});
  const std::string second = run.on(event::Decided{run.index("gate"), false, {}, "bob", ""});
  EXPECT_TRUE(second.starts_with("rejected: gate succeeded at ")) << second;
  EXPECT_TRUE(second.ends_with(": approved by ann")) << second;
  EXPECT_EQ(run.state("gate"), TaskState::succeeded);
}

TEST(RunMachineWait, AnAnswerBeforeTheQuestionIsRefused) {
  RunFixture run(dag("extract -> gate", asks()));
  run.start();
  EXPECT_EQ(run.on(event::Decided{run.index("gate"), true, {}, "ann", ""}),
            "rejected: gate does not ask for an answer yet; it is waiting");
  EXPECT_EQ(run.on(event::Decided{run.index("extract"), true, {}, "ann", ""}),
            "rejected: extract is no approval");
}

TEST(RunMachineWait, NobodyAnswersAndTheDefaultDecides) {
  RunFixture rejects(dag("gate", asks(hours(1))));
  EXPECT_EQ(rejects.start(), "wake at +1h 00m");
  EXPECT_EQ(rejects.wake_after(hours(1)), "run failed");
  EXPECT_EQ(rejects.of("gate").reason, "nobody answered within 1h 00m");
  EXPECT_EQ(rejects.of("gate").cause, Cause::timeout);
  RunFixture approves(dag("gate", asks(hours(1), true)));
  approves.start();
  EXPECT_EQ(approves.wake_after(hours(1)), "run succeeded");
  EXPECT_EQ(*approves.of("gate").result->output("threshold"), "0.5");
  EXPECT_EQ(*approves.of("gate").result->output("decided_by"), "default");
}

TEST(RunMachineWait, AnAnswerThatComesWithTheTimeoutIsOneOfTheTwo) {
  RunFixture run(dag("gate", asks(hours(1))));
  run.start();
  run.pass(hours(1));
  EXPECT_EQ(run.on(event::Decided{run.index("gate"), true, {}, "ann", ""}), "run succeeded");
  EXPECT_TRUE(run.run().timers.empty());
}

TEST(RunMachineWait, AClearedApprovalAsksAgain) {
  RunFixture run(dag("gate; other", asks(hours(1))));
  run.start();
  run.on(event::Decided{run.index("gate"), true, {}, "ann", ""});
  run.pass(minutes(30));
  run.on(event::Clear{{run.index("gate")}, ClearReach::only, "bob", "again"});
  EXPECT_EQ(run.state("gate"), TaskState::awaiting_input);
  EXPECT_EQ(run.of("gate").result, nullptr);
  EXPECT_EQ(run.wake_after(minutes(30)), "ignored: no timer is due; wake at +30m 00s");
}

TEST(WaitFor, StatusesThatCount) {
  WaitSpec wait;
  EXPECT_TRUE(wait.accepts(200) && wait.accepts(299));
  EXPECT_FALSE(wait.accepts(199) || wait.accepts(301) || wait.accepts(404));
  wait.status = {204, 404};
  EXPECT_TRUE(wait.accepts(404));
  EXPECT_FALSE(wait.accepts(200));
}

}  // namespace
}  // namespace tidemill
