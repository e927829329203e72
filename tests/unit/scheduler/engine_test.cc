// What the engine says to whom, and when: never before the row that allows it.
#include <algorithm>

#include "scheduler/start_message.h"
#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using Stage = message::KnownAttempt::Stage;
class EngineTest : public EngineFixture {};

TEST_F(EngineTest, AChainIsHandedOnTaskByTask) {
  submit(dag("a -> b"));
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; start a#1=1 on 1");
  started(1, 1);
  ended(1, 1);
  EXPECT_EQ(turn(), "start b#1=2 on 1; ack 1 to 1");
  ended(1, 2);
  EXPECT_EQ(turn(), "run 1 succeeded; ack 2 to 1");
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(engine_->live_runs(), 0u);
}

TEST_F(EngineTest, ARunOfSomeTasksThatWouldReadFromOneLeftOutIsRefused) {
  Dag two = dag("a -> b");
  two.name = "two";
  two.content_hash = "hash of two";
  InputSpec input;
  input.name = "model";
  input.from = 0;
  input.artifact = "model";
  two.tasks[1].inputs.push_back(input);
  SubmitRequest request;
  request.dag = std::make_shared<const Dag>(two);
  request.directory = "/dags";
  request.options.only = {1};
  const auto refused = engine_->submit(request, now_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(refused.error().message,
            "b reads the artifact model and a is left out of the run; choose it as well");
  EXPECT_EQ(engine_->live_runs(), 0u);
  request.options.only = {0};
  EXPECT_TRUE(engine_->submit(request, now_).ok());
}

TEST_F(EngineTest, NothingStartsWithoutAWorker) {
  submit(dag("a"));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(state_of({1}, 0), TaskState::ready);
}

TEST_F(EngineTest, ANoOpTaskCostsFourRowWrites) {
  std::string text = "t0";
  for (int i = 1; i < 100; ++i) text += fmt::format("; t{}", i);
  submit(dag(text));
  hello(1, "w");
  std::size_t rows = 0;
  std::string said = turn();
  rows += last_.tasks.size() + last_.attempts.size() + last_.results.size();
  std::int64_t next = 1;
  while (engine_->live_runs() > 0) {
    for (const std::int64_t end = next + static_cast<std::int64_t>(engine_->live_attempts());
         next < end; ++next) {
      started(1, next);
      ended(1, next);
    }
    said = turn();
    rows += last_.tasks.size() + last_.attempts.size() + last_.results.size();
    EXPECT_LE(last_.events.size(), 2u) << "one row for all tasks, one for the run";
  }
  EXPECT_LE(rows, 400u);
}

TEST_F(EngineTest, AStartThatNeverArrivedIsSentAgainAsTheSameAttempt) {
  submit(dag("a"));
  hello(1, "w");
  turn();
  engine_->on_gone({1});
  EXPECT_EQ(turn(), "");
  hello(2, "w");
  EXPECT_EQ(turn(), "welcome 2 to epoch 1; start a#1=1 on 2");
}

TEST_F(EngineTest, AStartThatArrivedIsNotSentAgain) {
  submit(dag("a"));
  hello(1, "w");
  turn();
  engine_->on_gone({1});
  hello(2, "w", {{{1}, Stage::queued}});
  EXPECT_EQ(turn(), "welcome 2 to epoch 1");
  engine_->on_gone({2});
  hello(3, "w", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 3 to epoch 1");
  EXPECT_EQ(state_of({1}, 0), TaskState::running) << "its Started was lost with the link";
}

TEST_F(EngineTest, ARunningAttemptThatItsWorkerForgotIsLostAndRetried) {
  submit(dag("a", retries(1, Duration{})));
  hello(1, "w");
  turn();
  started(1, 1);
  turn();
  engine_->on_gone({1});
  hello(2, "w");
  turn();
  pass(std::chrono::seconds(1));
  engine_->wake(now_);
  EXPECT_EQ(turn(), "start a#2=2 on 2");
  const auto attempts = reader().attempts({1}).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].cause, Cause::lost);
  EXPECT_NE(attempts[0].message.find("no record of it"), std::string::npos);
  EXPECT_EQ(stored({1}).tasks[0].retries, 0) << "a loss does not use the retry limit";
}

TEST_F(EngineTest, ARestartedHostLosesWhatRanButNotWhatEnded) {
  submit(dag("a; b"));
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; start a#1=1 on 1; start b#1=2 on 1");
  started(1, 1);
  started(1, 2);
  turn();
  engine_->on_gone({1});
  hello(2, "w", {{{1}, Stage::ended}, {{2}, Stage::running}}, "b2");
  turn();
  EXPECT_EQ(state_of({1}, 0), TaskState::running) << "its end is on the way";
  EXPECT_NE(reader().attempts({1}).value().at(0).message.find("was restarted"), std::string::npos);
  ended(2, 1);
  EXPECT_EQ(turn(), "ack 1 to 2");
  EXPECT_EQ(state_of({1}, 0), TaskState::succeeded);
}

TEST_F(EngineTest, AnOrphanIsKilled) {
  hello(1, "w", {{{77}, Stage::running}, {{78}, Stage::ended}});
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; stop 77 cancelled by force on 1");
  ended(1, 78);
  EXPECT_EQ(turn(), "ack 78 to 1");
}

TEST_F(EngineTest, ALateEndOfALostAttemptIsKeptAsEvidenceOnly) {
  submit(dag("a", retries(1, Duration{})));
  hello(1, "w");
  turn();
  started(1, 1);
  engine_->on_gone({1});
  hello(2, "w");
  turn();
  ended(2, 1, exited(3));
  EXPECT_EQ(turn(), "ack 1 to 2");
  EXPECT_EQ(state_of({1}, 0), TaskState::retry_wait);
  const auto events = reader().events({1}, 0, 100).value();
  ASSERT_EQ(events.back().kind, "late");
  EXPECT_EQ(events.back().attempt, std::optional<std::int64_t>(1));
  EXPECT_NE(events.back().body.find("\"exit_code\":3"), std::string::npos);
  EXPECT_EQ(reader().attempts({1}).value().size(), 1u);
}

TEST_F(EngineTest, ARepeatedEndIsAcknowledgedAgainAndChangesNothing) {
  submit(dag("a -> b"));
  hello(1, "w");
  turn();
  ended(1, 1);
  turn();
  ended(1, 1, exited(1));
  EXPECT_EQ(turn(), "ack 1 to 1");
  EXPECT_TRUE(last_.empty());
  EXPECT_EQ(state_of({1}, 0), TaskState::succeeded);
}

TEST_F(EngineTest, AWorkerSpeaksOnlyOfItsOwnAttempts) {
  submit(dag("a"));
  hello(1, "w");
  turn();
  hello(2, "other");
  turn();
  started(2, 1);
  ended(2, 1);
  turn();
  EXPECT_EQ(state_of({1}, 0), TaskState::dispatched);
}

TEST_F(EngineTest, ASecondWorkerOfTheSameNameIsRefused) {
  hello(1, "w");
  turn();
  hello(2, "w");
  EXPECT_EQ(turn(), "close 2: another worker named w is connected");
  ended(2, 5);
  EXPECT_EQ(turn(), "");
}

TEST_F(EngineTest, AnotherProtocolVersionIsRefusedInWords) {
  message::Hello hello;
  hello.worker = "w";
  hello.version = 99;
  engine_->on_hello({1}, hello, now_);
  EXPECT_EQ(turn(), "close 1: worker w speaks protocol version 99, this scheduler 3");
}

TEST_F(EngineTest, ACancelStopsWhatIsLiveAndIsRepeatedAfterAReconnect) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  started(1, 1);
  ASSERT_TRUE(engine_->cancel(run, "ann", "", Engine::Force::no, now_).ok());
  EXPECT_EQ(turn(), "stop 1 cancelled on 1");
  engine_->on_gone({1});
  hello(2, "w", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 2 to epoch 1; stop 1 cancelled on 2");
  ASSERT_TRUE(engine_->cancel(run, "ann", "", Engine::Force::yes, now_).ok());
  EXPECT_EQ(turn(), "stop 1 cancelled by force on 2");
  ended(2, 1, ended_by(Cause::cancelled));
  EXPECT_EQ(turn(), "run 1 cancelled; ack 1 to 2");
}

TEST_F(EngineTest, WhatIsBeingStoppedIsNotStartedAgainWhenItNeverArrived) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  engine_->on_gone({1});
  ASSERT_TRUE(engine_->cancel(run, "ann", "", Engine::Force::no, now_).ok());
  EXPECT_EQ(turn(), "");
  hello(2, "w");
  EXPECT_EQ(turn(), "welcome 2 to epoch 1; run 1 cancelled");
  EXPECT_EQ(state_of(run, 0), TaskState::cancelled);
  const auto attempts = reader().attempts(run).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].cause, Cause::cancelled);
  EXPECT_EQ(attempts[0].message, "cancelled before it started");
  EXPECT_EQ(attempts[0].started_at, WallTime{});
}

TEST_F(EngineTest, AGrantWhoseQueueTimeoutPassedIsNotStartedAgainEither) {
  const auto waits_one_minute = [](TaskSpec& spec) {
    spec.queue_timeout = std::chrono::minutes(1);
  };
  const RunId run = submit(dag("a", with("a", waits_one_minute)));
  hello(1, "w");
  turn();
  engine_->on_gone({1});
  pass(std::chrono::minutes(1));
  engine_->wake(now_);
  turn();
  restart();
  hello(2, "w");
  EXPECT_EQ(turn(), "welcome 2 to epoch 2; run 1 failed");
  EXPECT_EQ(stored(run).tasks[0].reason,
            "not started within 1m 00s (queue_timeout): it was granted to w, which has not "
            "reported its start");
}

TEST_F(EngineTest, ATaskThatNobodyTookSaysWhatItWaitedFor) {
  const auto wants_gpu = [](TaskSpec& spec) {
    spec.queue_timeout = std::chrono::minutes(1);
    spec.runs_on = {"gpu"};
  };
  const auto wants_a_slot = [](TaskSpec& spec) {
    spec.queue_timeout = std::chrono::minutes(1);
    spec.slots = 2;
  };
  const RunId run = submit(dag("a; b; c", with("b", wants_gpu), with("c", wants_a_slot)));
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; start a#1=1 on 1");
  started(1, 1);
  turn();
  pass(std::chrono::minutes(1));
  engine_->on_heard({1}, now_);
  engine_->wake(now_);
  turn();
  EXPECT_EQ(stored(run).tasks[1].reason,
            "not started within 1m 00s (queue_timeout): no worker has the label gpu (1 is "
            "connected)");
  EXPECT_EQ(stored(run).tasks[2].reason,
            "not started within 1m 00s (queue_timeout): it waits for 2 free slots on one worker: "
            "1 of 2 slots is in use by a (for 1m 00s)");
}

TEST_F(EngineTest, AnEndedRunCannotBeCancelled) {
  const RunId run = submit(dag("a"));
  hello(1, "w");
  turn();
  ended(1, 1);
  EXPECT_FALSE(engine_->cancel({99}, "ann", "", Engine::Force::no, now_).ok());
  EXPECT_FALSE(engine_->cancel(run, "ann", "", Engine::Force::no, now_).ok()) << "in the same turn";
}

TEST_F(EngineTest, RunsOfOneDagQueueUp) {
  const Dag one = dag("a");
  submit(one);
  submit(one);
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; start a#1=1 on 1");
  EXPECT_EQ(reader().run({2}).value().state, RunState::queued);
  ended(1, 1);
  EXPECT_EQ(turn(), "run 1 succeeded; start a#1=2 on 1; ack 1 to 1");
}

TEST_F(EngineTest, ARunIsRefusedWhenOverlapsAreSkipped) {
  Dag one = dag("a");
  one.on_overlap = Dag::OnOverlap::skip;
  EXPECT_EQ(submit(one).value, 1);
  EXPECT_FALSE(submit(one));
  EXPECT_EQ(refusal_,
            "1 run of " + one.name + " not finished yet, and its on_overlap is skip: no new run");
  hello(1, "w");
  turn();
  ended(1, 1);
  turn();
  EXPECT_TRUE(submit(one));
}

TEST_F(EngineTest, ANewRunCancelsTheRunningOneWhenTheDagSaysSo) {
  Dag one = dag("a");
  one.on_overlap = Dag::OnOverlap::cancel_running;
  submit(one);
  hello(1, "w");
  turn();
  submit(one);
  EXPECT_EQ(turn(), "stop 1 cancelled on 1");
  ended(1, 1, ended_by(Cause::cancelled));
  EXPECT_EQ(turn(), "run 1 cancelled; start a#1=2 on 1; ack 1 to 1");
  EXPECT_NE(reader().run({1}).value().reason.find("a newer run"), std::string::npos);
}

TEST_F(EngineTest, AttemptIdsAreSetAsideBeforeTheyAreUsed) {
  submit(dag("a"));
  hello(1, "w");
  turn();
  ASSERT_TRUE(last_.counters.has_value());
  EXPECT_GT(last_.counters->next_attempt, 1);
  restart();
  hello(1, "w", {{{1}, Stage::queued}});
  turn();
  ended(1, 1);
  turn();
  submit(dag("a"));
  const std::string said = turn();
  EXPECT_EQ(said.find("#1=2 "), std::string::npos)
      << "an id of the last process came back: " << said;
}

TEST_F(EngineTest, ARestartGoesOnWhereTheLastCommitWas) {
  submit(dag("a -> b; c"));
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; start a#1=1 on 1; start c#1=2 on 1");
  started(1, 1);
  ended(1, 1);  // never committed
  restart();
  EXPECT_EQ(state_of({1}, 0), TaskState::dispatched);
  hello(1, "w", {{{1}, Stage::ended}, {{2}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 1 to epoch 2");
  ended(1, 1);
  const std::string said = turn();
  EXPECT_NE(said.find("start b#1="), std::string::npos) << said;
  EXPECT_EQ(state_of({1}, 2), TaskState::running);
}

TEST_F(EngineTest, ACancelSurvivesARestart) {
  const RunId run = submit(dag("a -> b"));
  hello(1, "w");
  turn();
  ASSERT_TRUE(engine_->cancel(run, "ann", "", Engine::Force::no, now_).ok());
  turn();
  restart();
  hello(1, "w", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 1 to epoch 2; stop 1 cancelled on 1");
}

TEST_F(EngineTest, ATaskThatCannotBeRenderedFailsInWords) {
  const Dag broken = dag("a", with("a", [](TaskSpec& task) {
                           task.script.clear();
                           task.argv = {Template::parse("${{ 1 / params.zero }}").value()};
                         }));
  submit(broken);
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; run 1 failed");
  EXPECT_EQ(stored({1}).tasks[0].cause, Cause::exec_failed);
  EXPECT_NE(stored({1}).tasks[0].reason, "");
}

TEST_F(EngineTest, ATaskThatIsTooLargeToSendFailsInWords) {
  submit(dag("a", with("a", [](TaskSpec& task) { task.script = std::string(33u << 20, 'x'); })));
  hello(1, "w");
  EXPECT_EQ(turn(), "welcome 1 to epoch 1; run 1 failed");
  EXPECT_NE(stored({1}).tasks[0].reason.find("pass large values as artifacts"), std::string::npos);
}

TEST_F(EngineTest, AParameterOfTypeSecretTravelsAsASecret) {
  Dag spec = dag("a");
  ParamSpec token, size;
  token.name = "token";
  token.type = ParamType::secret;
  size.name = "size";
  spec.params = {token, size};
  LiveRun live;
  live.dag = std::make_shared<const Dag>(std::move(spec));
  live.run = make_run(*live.dag, {}, now_);
  live.run.params = {{"size", Json("7")}, {"token", Json("hush-hush")}};
  live.run.tasks[0].attempts = 1;
  const message::Start start = start_message(live, 0).value();
  EXPECT_EQ(start.secrets, (message::Variables{{"TIDEMILL_PARAM_TOKEN", "hush-hush"}}));
  for (const auto& [name, value] : start.env) EXPECT_NE(value, "hush-hush") << name;
  EXPECT_NE(std::find(start.env.begin(), start.env.end(),
                      std::pair<std::string, std::string>("TIDEMILL_PARAM_SIZE", "7")),
            start.env.end());

  live.run.params = {{"size", Json("7")}, {"token", Json()}};
  EXPECT_TRUE(start_message(live, 0).value().secrets.empty()) << "not given";
}

TEST_F(EngineTest, CommitsWaitOnlyWhenNobodyIsWaiting) {
  EXPECT_EQ(engine_->patience(), std::nullopt);
  submit(dag("a -> b; c"));
  EXPECT_EQ(engine_->patience(), std::optional<Duration>(Duration{}));
  hello(1, "w");
  turn();
  EXPECT_EQ(engine_->patience(), std::nullopt);
  started(1, 1);
  EXPECT_EQ(engine_->patience(), std::optional<Duration>(Engine::kNewsMayWait));
  ended(1, 2);
  EXPECT_EQ(engine_->patience(), std::optional<Duration>(Engine::kEndMayWait))
      << "c holds nobody up";
  ended(1, 1);
  EXPECT_EQ(engine_->patience(), std::optional<Duration>(Duration{})) << "b waits for a";
}

TEST_F(EngineTest, ARetryWaitsForItsTimer) {
  submit(dag("a", retries(1, std::chrono::seconds(10))));
  hello(1, "w");
  turn();
  ended(1, 1, exited(1));
  const Turn sealed = engine_->seal(now_);
  ASSERT_TRUE(sealed.wake_at.has_value());
  EXPECT_EQ((*sealed.wake_at - now_.boot), Duration(std::chrono::seconds(10)));
  pass(std::chrono::seconds(10));
  ASSERT_TRUE(writer_->commit(sealed.batch).ok());
  engine_->wake(now_);
  EXPECT_EQ(turn(), "start a#2=2 on 1");
}

TEST(GrantsAhead, CoverAbout100MillisecondsOfWork) {
  EXPECT_EQ(grants_ahead(2, -1), 4) << "not known yet";
  EXPECT_EQ(grants_ahead(2, 1'000), 256);
  EXPECT_EQ(grants_ahead(2, 50'000), 4);
  EXPECT_EQ(grants_ahead(2, 1'000'000), 2) << "never less than one per slot";
  EXPECT_EQ(grants_ahead(2, 10'000'000), 0) << "long tasks gain nothing";
  EXPECT_EQ(grants_ahead(64, 0), 256) << "and it is bounded";
}

}  // namespace
}  // namespace tidemill
