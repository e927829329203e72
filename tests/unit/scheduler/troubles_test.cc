#include "scheduler/alerts/troubles.h"

#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Troubles : public EngineFixture {
 protected:
  // Of the one worker: "gone" or "here", with its severity; empty when nobody asks for it.
  std::string worker() {
    const auto found = worker_troubles(*engine_, now_);
    if (found.empty()) return "";
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].key.cause, "worker:far");
    return fmt::format("{} {}", found[0].holds ? "gone" : "here", to_word(found[0].severity));
  }
  std::string queue() {
    const Trouble trouble = queue_trouble(*engine_, now_);
    return trouble.holds ? trouble.what : "";
  }
  // The worker says so often that it is there that nobody misses it.
  void wait(Duration time) {
    const BootTime end = now_.boot + time;
    while (now_.boot < end) {
      pass(seconds(10));
      engine_->on_heartbeat({1}, {++beats_}, now_);
      engine_->wake(now_);
      turn();
    }
  }

  std::uint64_t beats_ = 0;
};

TEST_F(Troubles, AWorkerWithTasksThatIsNotHeardIsUrgent) {
  submit(dag("a"));
  hello(1, "far", {}, "b1", 2, seconds(60));
  turn();
  EXPECT_EQ(worker(), "here error");
  pass(seconds(40));
  engine_->wake(now_);
  turn();
  EXPECT_EQ(worker(), "gone error");
  hello(2, "far", {{{1}, message::KnownAttempt::Stage::running}}, "b1", 2, seconds(60));
  turn();
  EXPECT_EQ(worker(), "here error");
}

TEST_F(Troubles, AWorkerThatWentBeforeThisSchedulerBeganIsNobodysTrouble) {
  hello(1, "far", {}, "b1", 2, seconds(60));
  turn();
  restart();
  pass(minutes(10));
  EXPECT_EQ(worker(), "");
}

TEST_F(Troubles, WhatNobodyHasIsStuckAfterAQuarterOfAnHour) {
  submit(dag("probe; easy", with("probe", [](TaskSpec& spec) { spec.runs_on = {"gpu"}; })));
  hello(1, "far");
  turn();
  wait(kStuckAfter - seconds(10));
  EXPECT_EQ(queue(), "");
  wait(seconds(10));
  EXPECT_EQ(queue(), "test in run 1: probe waits: no worker has the label gpu (1 is connected)");
  hello(2, "near");
  turn();
  EXPECT_NE(queue(), "") << "another without it";
}

TEST_F(Troubles, WithoutAnyWorkerTheQueueIsStuck) {
  submit(dag("a"));
  turn();
  pass(kStuckAfter);
  EXPECT_NE(queue(), "");
  hello(1, "far");
  turn();
  EXPECT_EQ(queue(), "");
}

TEST_F(Troubles, WhoWaitsForASlotIsNotStuck) {
  // Tasks that ask for resources are never granted ahead of a free slot.
  const auto asks = [](TaskSpec& spec) { spec.resources.cpu = 1; };
  submit(dag("a; b; c", with("a", asks), with("b", asks), with("c", asks)));
  hello(1, "far");
  turn();
  wait(minutes(60));
  EXPECT_EQ(queue(), "");
}

TEST_F(Troubles, APoolThatNobodyLeavesIsStuck) {
  const auto in_pool = [](TaskSpec& spec) { spec.pool = "warehouse"; };
  Dag made = dag("a; b", with("a", in_pool), with("b", in_pool));
  made.pools = {{"warehouse", 1}};
  submit(made);
  hello(1, "far");
  turn();
  wait(kStuckAfter);
  EXPECT_NE(queue().find("b waits"), std::string::npos) << queue();
}

TEST(DiskTrouble, IsWhatTheWatchSays) {
  DiskWatch::Look look;
  look.space = {1ull << 30, 100ull << 30};
  look.wanted = 5ull << 30;
  EXPECT_FALSE(disk_trouble(look).holds);
  look.low = true;
  EXPECT_TRUE(disk_trouble(look).holds);
  EXPECT_EQ(disk_trouble(look).what,
            "the disk is nearly full: 1 GiB free of 100 GiB, 5 GiB wanted; nothing new is started "
            "until there is");
}

TEST(LogTrouble, HoldsUntilItIsHalfAsLarge) {
  constexpr std::uint64_t kMiB = 1ull << 20;
  EXPECT_FALSE(log_trouble(256 * kMiB, false).holds);
  EXPECT_TRUE(log_trouble(257 * kMiB, false).holds);
  EXPECT_TRUE(log_trouble(200 * kMiB, true).holds);
  EXPECT_FALSE(log_trouble(128 * kMiB, true).holds);
}

}  // namespace
}  // namespace tidemill
