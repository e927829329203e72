// Silence, leases and partitions: nothing runs twice, nothing waits for ever, and what comes late
// is evidence.
#include <gtest/gtest.h>

#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using Stage = message::KnownAttempt::Stage;
using std::chrono::seconds;

constexpr Duration kLease = seconds(60);
constexpr Duration kUntilLost = kLease + Engine::kLeaseMargin;
constexpr Duration kUntilMissed = Engine::kBeatsToMiss * Engine::kBeat;

class EngineLeases : public EngineFixture {
 protected:
  void remote(std::int64_t link, const std::string& name,
              std::vector<message::KnownAttempt> attempts = {}) {
    hello(link, name, std::move(attempts), "b1", 2, kLease);
  }
  void beat(std::int64_t link) { engine_->on_heartbeat({link}, {++beats_}, now_); }
  // Time passes, and the engine is woken whenever it asked for it.
  std::string wait(Duration time) {
    const BootTime end = now_.boot + time;
    std::vector<std::string> said;
    const auto note = [&](std::string text) {
      if (!text.empty()) said.push_back(std::move(text));
    };
    while (true) {
      const auto next = engine_->next_wake();
      if (!next || *next > end) break;
      pass(std::max(*next - now_.boot, Duration{}));
      engine_->wake(now_);
      note(turn());
    }
    pass(end - now_.boot);
    return join(said, "; ");
  }
  std::vector<AttemptRow> attempts() { return reader().attempts({1}).value(); }
  Dag going_on(const std::string& text) {
    Dag made = dag(text);
    made.on_partition = Dag::OnPartition::go_on;
    return made;
  }

  std::uint64_t beats_ = 0;
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(EngineLeases, AHeartbeatRenewsTheLease) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  for (int i = 0; i < 30; ++i) {
    wait(Engine::kBeat);
    beat(1);
    EXPECT_EQ(turn(), fmt::format("renew {} to 1", beats_));
  }
  EXPECT_EQ(state_of({1}, 0), TaskState::running);
}

TEST_F(EngineLeases, ABeatBeforeTheHelloIsNotAnswered) {
  beat(1);
  EXPECT_EQ(turn(), "");
}

TEST_F(EngineLeases, AnUnreachableWorkerGetsNothingNewAndIsNotedOnce) {
  remote(1, "far");
  turn();
  const std::string said = wait(kUntilMissed);
  EXPECT_EQ(said, "note: worker far is unreachable: not heard for 30s; it gets nothing new");
  submit(dag("a"));
  EXPECT_EQ(turn(), "");
  EXPECT_EQ(wait(seconds(10)), "");
  beat(1);
  const std::string back = turn();
  EXPECT_SAYS(back, "note: worker far is in reach again");
  EXPECT_SAYS(back, "start a#1=1 on 1");
}

TEST_F(EngineLeases, APartitionShorterThanTheLeaseChangesNothing) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  wait(kUntilLost - seconds(1));
  EXPECT_EQ(state_of({1}, 0), TaskState::running);
  beat(1);
  turn();
  ended(1, 1);
  EXPECT_SAYS(turn(), "run 1 succeeded");
  EXPECT_EQ(attempts().size(), 1u);
}

TEST_F(EngineLeases, WhenTheLeaseHasCertainlyEndedTheAttemptIsLostAndRetriedElsewhere) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  remote(2, "near");
  turn();
  std::string said;
  for (int i = 0; i < 6; ++i) {
    said += wait(Engine::kBeat);
    beat(2);
    said += turn();
  }
  EXPECT_EQ(said.find("#2"), std::string::npos) << "no replacement within the lease (I11)";
  said = wait(seconds(10));
  EXPECT_SAYS(said, "close 1: the lease of worker far has ended");
  EXPECT_SAYS(said, "1 attempt lost");
  EXPECT_SAYS(said, "start a#2=2 on 2");
  const AttemptRow first = attempts().at(0);
  EXPECT_EQ(first.cause, Cause::lost);
  EXPECT_SAYS(first.message, "worker far was not heard for 1m 05s");
}

TEST_F(EngineLeases, AWorkerWhoseConnectionBrokeKeepsItsTasksUntilTheLeaseEnds) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  turn();
  engine_->on_gone({1});
  wait(kUntilLost - seconds(1));
  remote(2, "far", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 2 to epoch 1");
  engine_->on_gone({2});
  EXPECT_SAYS(wait(kUntilLost), "1 attempt lost");
  EXPECT_EQ(state_of({1}, 0), TaskState::retry_wait);
}

TEST_F(EngineLeases, AWorkerOnThisMachineKeepsItsTasksForEver) {
  submit(dag("a"));
  hello(1, "local");
  turn();
  started(1, 1);
  turn();
  engine_->on_gone({1});
  EXPECT_EQ(wait(std::chrono::hours(48)), "");
  EXPECT_FALSE(engine_->next_wake().has_value());
  hello(2, "local", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "welcome 2 to epoch 1");
  ended(2, 1);
  EXPECT_SAYS(turn(), "run 1 succeeded");
}

TEST_F(EngineLeases, ALateResultAfterTheLeaseIsEvidenceOnly) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  wait(kUntilLost);
  ended(1, 1);  // on the connection that was closed
  EXPECT_EQ(turn(), "");
  remote(2, "far", {{{1}, Stage::ended}});
  turn();
  EXPECT_SAYS(wait(seconds(29)), "start a#2=2 on 2");
  ended(2, 1);
  ended(2, 1);
  EXPECT_EQ(turn(), "ack 1,1 to 2");
  EXPECT_EQ(state_of({1}, 0), TaskState::dispatched) << "the old end ended nothing (I8)";
  ended(2, 2);
  EXPECT_SAYS(turn(), "run 1 succeeded");
  EXPECT_EQ(attempts().at(0).cause, Cause::lost);
}

TEST_F(EngineLeases, WhatStillRunsThereAfterTheLeaseIsStopped) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  wait(kUntilLost);
  remote(2, "far", {{{1}, Stage::running}});
  EXPECT_SAYS(turn(), "stop 1 cancelled by force on 2");
}

TEST_F(EngineLeases, AWorkerThatComesBackOnANewConnectionReplacesTheDeadOne) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  turn();
  remote(2, "far", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "close 2: another worker named far is connected");
  wait(kUntilMissed);
  remote(3, "far", {{{1}, Stage::running}});
  EXPECT_EQ(turn(), "close 1: worker far came back on another one; welcome 3 to epoch 1");
  ended(3, 1);
  EXPECT_SAYS(turn(), "run 1 succeeded");
}

TEST_F(EngineLeases, ATaskThatGoesOnIsNotReplacedBeforeContact) {
  submit(going_on("a"));
  remote(1, "far");
  EXPECT_SAYS(turn(), "start");
  started(1, 1);
  hello(2, "near");
  turn();
  EXPECT_EQ(wait(std::chrono::hours(5)).find("start"), std::string::npos);
  EXPECT_EQ(state_of({1}, 0), TaskState::running);
  remote(3, "far", {{{1}, Stage::running}});
  turn();
  ended(3, 1);
  EXPECT_SAYS(turn(), "run 1 succeeded");
  EXPECT_EQ(attempts().size(), 1u);
}

TEST_F(EngineLeases, APersonGivesUpWhatGoesOn) {
  submit(going_on("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  EXPECT_SAYS(engine_->give_up("far", "ann", "", now_).error().message, "is connected");
  wait(kUntilMissed);
  EXPECT_SAYS(engine_->give_up("far", "ann", "", now_).error().message, "ends in 35");
  wait(kLease);
  EXPECT_EQ(engine_->give_up("far", "ann", "the rack burnt", now_).value(), 1);
  hello(2, "near");
  turn();
  EXPECT_SAYS(wait(seconds(29)), "start a#2=2 on 2");
  EXPECT_EQ(attempts().at(0).message, "worker far was given up by ann: the rack burnt");
  EXPECT_FALSE(engine_->give_up("nobody", "ann", "", now_).ok());
}

TEST_F(EngineLeases, TheNextSchedulerCountsALeaseFromItsStart) {
  submit(dag("a"));
  remote(1, "far");
  turn();
  started(1, 1);
  turn();
  restart();
  hello(2, "near");
  wait(kUntilLost - seconds(1));
  EXPECT_EQ(state_of({1}, 0), TaskState::running) << "the last answer may have been just before";
  beat(2);
  EXPECT_SAYS(wait(seconds(2)), "1 attempt lost");
}

TEST_F(EngineLeases, ADrainedWorkerFinishesWhatItHasAlsoAfterAReconnect) {
  submit(dag("a -> b"));
  remote(1, "far");
  turn();
  ASSERT_TRUE(engine_->drain("far", true, now_).ok());
  ended(1, 1);
  EXPECT_EQ(turn(), "ack 1 to 1");
  engine_->on_gone({1});
  remote(2, "far");
  EXPECT_EQ(turn(), "welcome 2 to epoch 1");
  ASSERT_TRUE(engine_->drain("far", false, now_).ok());
  EXPECT_EQ(turn(), "start b#1=2 on 2");
  EXPECT_FALSE(engine_->drain("nobody", true, now_).ok());
}

}  // namespace
}  // namespace tidemill
