// What people do to runs, through the engine and into a real database whose rules check each step.
#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using Stage = message::KnownAttempt::Stage;

class EngineControl : public EngineFixture {
 protected:
  // A run that has ended, taken back from its rows.
  void reopen(RunId run) {
    const Status done = engine_->reopen(stored(run), dag_, now_);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  Result<ClearPlan> retry_failed(RunId run) {
    return engine_->clear(run, {}, ClearReach::failed, "ann", "disk was full", now_);
  }
  std::vector<std::string> event_kinds(RunId run) {
    std::vector<std::string> kinds;
    const auto events = reader().events(run, 0, 1000).value();
    for (const EventRow& event : events) {
      if (event.kind != "tasks" && event.kind != "run") kinds.emplace_back(event.kind);
    }
    return kinds;
  }
  std::string event_body(RunId run, std::string_view kind) {
    const auto events = reader().events(run, 0, 1000).value();
    for (const EventRow& event : events) {
      if (event.kind == kind) return event.body;
    }
    return "";
  }
  std::vector<std::uint32_t> attempt_numbers(RunId run, TaskIndex task) {
    std::vector<std::uint32_t> numbers;
    const auto attempts = reader().attempts(run, task).value();
    for (const AttemptRow& row : attempts) numbers.push_back(row.number);
    return numbers;
  }
  static Outcome stopped() {
    Outcome outcome;
    outcome.cause = Cause::cancelled;
    return outcome;
  }
  // a fails, b did not run because of it; the run has ended.
  RunId failed_run() {
    const RunId run = submit(dag("a -> b"));
    hello(1, "w");
    turn();
    ended(1, 1, exited(1));
    EXPECT_EQ(turn(), "run 1 failed; ack 1 to 1");
    return run;
  }
};

TEST_F(EngineControl, ARetryReopensARunThatHasEnded) {
  const RunId run = failed_run();
  EXPECT_FALSE(engine_->is_live(run));
  reopen(run);
  const ClearPlan plan = retry_failed(run).value();
  EXPECT_TRUE(plan.reopens);
  ASSERT_EQ(plan.tasks.size(), 2u);
  EXPECT_EQ(describe(*dag_, plan.tasks[0]), "chosen");
  EXPECT_EQ(describe(*dag_, plan.tasks[1]), "did not run because of a");
  EXPECT_EQ(turn(), "start a#2=2 on 1");
  EXPECT_EQ(stored(run).row.state, RunState::running);
  EXPECT_EQ(stored(run).row.reopened, 1u);
  EXPECT_EQ(state_of(run, 1), TaskState::waiting);
  ended(1, 2);
  EXPECT_EQ(turn(), "start b#1=3 on 1; ack 2 to 1");
  ended(1, 3);
  EXPECT_EQ(turn(), "run 1 succeeded; ack 3 to 1");
  EXPECT_EQ(attempt_numbers(run, 0), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(event_kinds(run), std::vector<std::string>{"clear"});
  EXPECT_EQ(event_body(run, "clear"),
            R"({"by":"ann","reason":"disk was full","tasks":[],"reach":"failed"})");
}

TEST_F(EngineControl, AReopenedRunIsForgottenUnlessItGoesOn) {
  const RunId run = failed_run();
  reopen(run);
  EXPECT_TRUE(engine_->is_live(run));
  EXPECT_EQ(turn(), "");
  EXPECT_FALSE(engine_->is_live(run));
  reopen(run);
  const auto refused = engine_->mark(run, {0}, TaskState::failed, "ann", "", now_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(turn(), "");
  EXPECT_FALSE(engine_->is_live(run));
  EXPECT_TRUE(event_kinds(run).empty());
}

TEST_F(EngineControl, WhatEndsInThisTurnIsNotTakenBackYet) {
  const RunId run = submit(dag("a"));
  hello(1, "w");
  turn();
  ended(1, 1, exited(1));
  const auto refused = retry_failed(run);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(turn(), "run 1 failed; ack 1 to 1");
  EXPECT_EQ(retry_failed(run).error().code, ErrorCode::not_found);
  reopen(run);
  EXPECT_TRUE(retry_failed(run).ok());
  EXPECT_EQ(turn(), "start a#2=2 on 1");
}

TEST_F(EngineControl, ACrashAfterAClearGoesOnFromTheRows) {
  const RunId run = failed_run();
  reopen(run);
  ASSERT_TRUE(retry_failed(run).ok());
  engine_->seal(now_);  // and the process dies before the commit
  restart();
  EXPECT_EQ(stored(run).row.state, RunState::failed) << "nobody was told anything";
  EXPECT_FALSE(engine_->is_live(run));
  reopen(run);
  ASSERT_TRUE(retry_failed(run).ok());
  turn();
  restart();
  EXPECT_TRUE(engine_->is_live(run));
  hello(1, "w");
  EXPECT_NE(turn().find("start a#2="), std::string::npos);
}

TEST_F(EngineControl, APausedRunStartsNothingAndSaysWhoPausedIt) {
  const RunId run = submit(dag("a -> b; c", with("c", [](TaskSpec& task) { task.slots = 2; })));
  hello(1, "w");
  turn();
  ASSERT_TRUE(engine_->pause(run, "ann", "the table is locked", now_).ok());
  ended(1, 1);
  EXPECT_EQ(turn(), "ack 1 to 1");
  EXPECT_EQ(state_of(run, 1), TaskState::ready);
  EXPECT_EQ(engine_->placement().ready_count(), 0u);
  EXPECT_FALSE(engine_->pause(run, "bob", "", now_).ok());
  restart();
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 2");
  EXPECT_EQ(stored(run).row.pause_note, "paused by ann: the table is locked");
  ASSERT_TRUE(engine_->resume(run, "bob", "", now_).ok());
  EXPECT_NE(turn().find("start b#1="), std::string::npos);
  EXPECT_FALSE(engine_->resume(run, "bob", "", now_).ok());
  EXPECT_EQ(event_kinds(run), (std::vector<std::string>{"pause", "resume"}));
}

TEST_F(EngineControl, APausedRunInTheQueueKeepsNobodyWaiting) {
  const Dag one = dag("a");
  submit(one);
  const RunId second = submit(one);
  const RunId third = submit(one);
  hello(1, "w");
  turn();
  ASSERT_TRUE(engine_->pause(second, "ann", "", now_).ok());
  ended(1, 1);
  EXPECT_EQ(turn(), "run 1 succeeded; start a#1=2 on 1; ack 1 to 1");
  EXPECT_EQ(stored(third).row.state, RunState::running);
  ended(1, 2);
  turn();
  ASSERT_TRUE(engine_->resume(second, "ann", "", now_).ok());
  EXPECT_EQ(turn(), "start a#1=3 on 1");
}

TEST_F(EngineControl, PausedAndQueuedRunsCanBeCancelled) {
  const Dag one = dag("a");
  const RunId running = submit(one);
  const RunId queued = submit(one);
  turn();
  ASSERT_TRUE(engine_->pause(running, "ann", "", now_).ok());
  ASSERT_TRUE(engine_->pause(queued, "ann", "", now_).ok());
  turn();
  ASSERT_TRUE(engine_->cancel(queued, "ann", "", Engine::Force::no, now_).ok());
  ASSERT_TRUE(engine_->cancel(running, "ann", "", Engine::Force::no, now_).ok());
  EXPECT_EQ(turn(), "run 2 cancelled; run 1 cancelled");
  EXPECT_FALSE(stored(running).row.paused);
}

TEST_F(EngineControl, AClearedLiveTaskIsStoppedFirst) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  started(1, 1);
  ASSERT_TRUE(engine_->clear(run, {0}, ClearReach::only, "ann", "wrong data", now_).ok());
  EXPECT_EQ(turn(), "stop 1 cancelled on 1");
  EXPECT_EQ(state_of(run, 0), TaskState::running);
  restart();
  hello(1, "w", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 1 to epoch 2; stop 1 cancelled on 1") << "also after a crash";
  ended(1, 1, stopped());
  EXPECT_NE(turn().find("start a#2="), std::string::npos);
  const auto attempts = reader().attempts(run, 0).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].cause, Cause::cancelled);
  EXPECT_EQ(stored(run).tasks[0].clears, 1u);
}

TEST_F(EngineControl, AMarkedLiveTaskIsStoppedAndItsDownstreamGoesOn) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  ASSERT_TRUE(engine_->mark(run, {0}, TaskState::succeeded, "ann", "done by hand", now_).ok());
  EXPECT_EQ(turn(), "stop 1 cancelled on 1");
  ended(1, 1, stopped());
  EXPECT_NE(turn().find("start b#1="), std::string::npos);
  const TaskRow row = stored(run).tasks[0];
  EXPECT_EQ(row.state, TaskState::succeeded);
  EXPECT_TRUE(row.marked);
  EXPECT_EQ(row.reason, "marked succeeded by ann: done by hand");
}

TEST_F(EngineControl, AMarkThatRepairsAnEndedRunLetsItGoOn) {
  const RunId run = failed_run();
  reopen(run);
  ASSERT_TRUE(engine_->mark(run, {0}, TaskState::succeeded, "ann", "", now_).ok());
  EXPECT_EQ(turn(), "start b#1=2 on 1");
  restart();
  hello(1, "w", {{{2}, Stage::running}});
  turn();
  ended(1, 2);
  EXPECT_EQ(turn(), "run 1 succeeded; ack 2 to 1");
}

// Results that a task left before it was marked are not those of its mark.
TEST_F(EngineControl, AMarkHasNoResults) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  Outcome outcome;
  outcome.result.outputs = {{"rows", "7"}};
  ended(1, 1, outcome);
  turn();
  EXPECT_EQ(stored(run).results.size(), 1u);
  ended(1, 2);
  turn();
  reopen(run);
  ASSERT_TRUE(engine_->clear(run, {0}, ClearReach::only, "ann", "", now_).ok());
  ASSERT_TRUE(engine_->mark(run, {0}, TaskState::succeeded, "ann", "", now_).ok());
  EXPECT_EQ(turn(), "run 1 succeeded");
  EXPECT_TRUE(stored(run).results.empty());
  EXPECT_NE(reader().result(run, 0, 1).value(), nullptr) << "they stay with their attempt";
}

TEST_F(EngineControl, AReopenedRunWaitsItsTurn) {
  const Dag one = dag("a");
  const RunId first = submit(one);
  hello(1, "w");
  turn();
  ended(1, 1, exited(1));
  turn();
  submit(one);
  EXPECT_EQ(turn(), "start a#1=2 on 1");
  reopen(first);
  ASSERT_TRUE(retry_failed(first).ok());
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(stored(first).row.state, RunState::queued);
  ended(1, 2);
  EXPECT_EQ(turn(), "run 2 succeeded; start a#2=3 on 1; ack 2 to 1");
}

TEST_F(EngineControl, AClearAndACancelInOneTurnBothHold) {
  const RunId run = failed_run();
  reopen(run);
  ASSERT_TRUE(retry_failed(run).ok());
  ASSERT_TRUE(engine_->cancel(run, "bob", "", Engine::Force::no, now_).ok());
  EXPECT_EQ(turn(), "run 1 cancelled");
  EXPECT_EQ(state_of(run, 0), TaskState::cancelled);
  reopen(run);
  ASSERT_TRUE(engine_->clear(run, {0, 1}, ClearReach::only, "ann", "", now_).ok());
  ASSERT_TRUE(engine_->mark(run, {0}, TaskState::skipped, "ann", "", now_).ok());
  EXPECT_EQ(turn(), "run 1 succeeded") << "b is skipped with a";
  EXPECT_EQ(stored(run).row.reopened, 2u);
}

TEST_F(EngineControl, AHurriedRetryDoesNotWaitForItsTimer) {
  const RunId run = submit(dag("a", retries(1, std::chrono::hours(1))));
  hello(1, "w");
  turn();
  ended(1, 1, exited(1));
  turn();
  EXPECT_FALSE(engine_->hurry(run, {7}, "ann", "", now_).ok());
  ASSERT_TRUE(engine_->hurry(run, {}, "ann", "", now_).ok());
  EXPECT_EQ(turn(), "start a#2=2 on 1");
  EXPECT_EQ(engine_->find(run)->wake, std::nullopt);
}

TEST_F(EngineControl, WhatMadeARunIsKept) {
  SubmitRequest request;
  dag_ = std::make_shared<const Dag>(dag("a"));
  request.dag = dag_;
  request.trigger = TriggerKind::backfill;
  request.backfill = 12;
  const RunId run = engine_->submit(request, now_).value();
  turn();
  restart();
  ASSERT_TRUE(engine_->cancel(run, "ann", "", Engine::Force::no, now_).ok());
  turn();
  EXPECT_EQ(stored(run).row.trigger_kind, TriggerKind::backfill);
  EXPECT_EQ(stored(run).row.backfill, 12);
}

}  // namespace
}  // namespace tidemill
