// "Why is it not running?": every reason that can hold a ready task up is staged, and the sentence
// must name it. The sentences are a golden file, the kinds are checked here.
#include <gtest/gtest.h>

#include "tests/support/explain_fixture.h"
#include "tests/support/golden.h"

namespace tidemill::test {
namespace {

class Blockers : public ::testing::Test {
 protected:
  // Explains `train` and compares with the golden file of this staging.
  void expect(Stage& stage, Blocker::Kind kind, const std::string& golden,
              const TaskNamer& namer = {}) {
    stage.placement.check();
    const Blocker first = stage.placement.why_waiting(stage.run.id, stage.index("train"),
                                                      kNow.boot);
    EXPECT_EQ(first.kind, kind);
    expect_golden("explain/blocked_" + golden + ".txt", why(stage, "train", namer));
  }
};

TEST_F(Blockers, NoWorkerIsConnected) {
  Stage stage("train");
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_worker, "no_worker");
}

TEST_F(Blockers, EveryWorkerIsDraining) {
  Stage stage("train");
  WorkerView view = worker(1, 4);
  view.draining = true;
  stage.placement.set_worker(view);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::draining, "draining");
}

TEST_F(Blockers, NoWorkerHasTheLabel) {
  Stage stage("train");
  stage.spec("train").runs_on = {"gpu"};
  stage.placement.set_worker(worker(1, 4));
  stage.placement.set_worker(with_labels(worker(2, 4), {"eu"}));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_label, "no_label");
}

TEST_F(Blockers, NoWorkerHasAllTheLabelsTogether) {
  Stage stage("train");
  stage.spec("train").runs_on = {"eu", "gpu"};
  stage.placement.set_worker(with_labels(worker(1, 4), {"gpu"}));
  stage.placement.set_worker(with_labels(worker(2, 4), {"eu"}));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_label, "no_labels_together");
}

TEST_F(Blockers, TooManySlotsForAnyWorker) {
  Stage stage("train");
  stage.spec("train").slots = 8;
  stage.placement.set_worker(worker(1, 4));
  stage.placement.set_worker(worker(2, 2));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::too_big, "too_many_slots");
}

TEST_F(Blockers, TooMuchMemoryForAnyWorker) {
  Stage stage("train");
  stage.spec("train").resources.memory = std::uint64_t{64} << 30;
  stage.placement.set_worker(with_capacity(worker(1, 4), 8, std::uint64_t{16} << 30));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::too_big, "too_much_memory");
}

TEST_F(Blockers, NoWorkerHasAllPartsTogether) {
  Stage stage("train");
  stage.spec("train").resources = {8, 0, 1};
  stage.placement.set_worker(with_capacity(worker(1, 4), 8));
  stage.placement.set_worker(with_capacity(worker(2, 4), 2, 0, 1));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::too_big, "too_big_in_sum");
}

TEST_F(Blockers, ThePoolDoesNotExist) {
  Stage stage("train");
  stage.spec("train").pool = "gpus";
  stage.placement.set_worker(worker(1, 4));
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::pool_unknown, "pool_unknown");
}

TEST_F(Blockers, ThePoolIsTooSmall) {
  Stage stage("train");
  stage.spec("train").pool = "1/gpu";
  stage.spec("train").slots = 3;
  stage.placement.set_worker(worker(1, 4));
  stage.placement.set_pool("1/gpu", 2);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::pool_too_small, "pool_too_small");
}

TEST_F(Blockers, ThePoolIsFullAndEveryWorkerToo) {
  Stage stage("tune; train; other");
  stage.spec("tune").pool = stage.spec("train").pool = stage.spec("other").pool = "gpu";
  stage.placement.set_worker(worker(1, 2));
  stage.placement.set_pool("gpu", 2);
  stage.occupy("tune", 10'983);
  ReadyTask foreign = stage.queued("tune", 0);
  foreign.run = RunId{12};
  stage.placement.occupy(foreign, WorkerId{1}, boot_ago(240));
  stage.enqueue("train", 95);
  stage.enqueue("other", 200);
  expect(stage, Blocker::Kind::pool_full, "pool_full");
  expect(stage, Blocker::Kind::pool_full, "pool_full_named",
         [](RunId run, TaskIndex) { return fmt::format("nightly.tune (run {})", run.value); });
}

TEST_F(Blockers, MaxActiveTasksOfTheRun) {
  Dag dag = sketch("tune; audit; train");
  dag.max_active_tasks = 2;
  Stage stage(std::move(dag));
  stage.placement.set_worker(worker(1, 8));
  stage.occupy("tune", 60);
  stage.occupy("audit", 30);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::run_full, "run_full");
}

TEST_F(Blockers, AllSlotsAreTaken) {
  Stage stage("a; b; c; d; e; train");
  stage.placement.set_worker(worker(1, 4));
  stage.placement.set_worker(worker(2, 1));
  int seconds = 500;
  for (const char* id : {"a", "b", "c", "d"}) stage.occupy(id, seconds -= 100);
  stage.occupy("e", 3, 2);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_slot, "no_slot");
}

TEST_F(Blockers, SlotsGoToLongerWaysFirst) {
  Stage stage("a; b; c; d; train");
  stage.placement.set_worker(worker(1, 1));
  stage.occupy("a", 300);
  stage.enqueue("b", 200);
  for (const char* id : {"c", "d"}) {
    stage.enqueue(id, 60);
    stage.placement.add_ready(with_way(stage.queued(id, 60), 600));
  }
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_slot, "no_slot_longer_ways");
}

TEST_F(Blockers, NotEnoughSlotsOnOneWorker) {
  Stage stage("a; b; train");
  stage.spec("train").slots = 2;
  stage.spec("train").queue_timeout = std::chrono::minutes(5);
  stage.placement.set_worker(worker(1, 2));
  stage.placement.set_worker(worker(2, 2));
  stage.occupy("a", 60, 1);
  stage.occupy("b", 30, 2);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::no_slot, "no_slots_together");
}

TEST_F(Blockers, SlotsAreFreeButNotTheMemory) {
  Stage stage("a; b; train");
  stage.spec("a").resources = {0, std::uint64_t{12} << 30, 0};
  stage.spec("train").resources = {1, std::uint64_t{8} << 30, 0};
  stage.placement.set_worker(with_capacity(worker(1, 4), 4, std::uint64_t{16} << 30));
  stage.occupy("a", 60);
  stage.occupy("b", 30);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::resources, "memory");
}

TEST_F(Blockers, SlotsAreFreeButNotTheGpu) {
  Stage stage("a; train");
  stage.spec("a").resources.gpu = stage.spec("train").resources.gpu = 1;
  stage.placement.set_worker(with_capacity(worker(1, 4), 0, 0, 1));
  stage.occupy("a", 60);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::resources, "gpu");
}

TEST_F(Blockers, AnOlderTaskReservedThePool) {
  Stage stage("tune; load; train");
  for (const char* id : {"tune", "load", "train"}) stage.spec(id).pool = "1/db";
  stage.spec("load").slots = 2;
  stage.placement.set_worker(worker(1, 8));
  stage.placement.set_pool("1/db", 2);
  stage.occupy("tune", 600);
  stage.enqueue("load", 120);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::reserved, "reserved_pool");
}

TEST_F(Blockers, AnOlderTaskReservedTheWorker) {
  Stage stage("tune; load; train");
  stage.spec("load").slots = 2;
  stage.placement.set_worker(worker(1, 2));
  stage.occupy("tune", 600);
  stage.enqueue("load", 120);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::reserved, "reserved_worker");
}

TEST_F(Blockers, GrantingIsPaused) {
  Stage stage("train");
  stage.placement.set_worker(worker(1, 1));
  stage.placement.pause("the disk is nearly full (1.2 GiB left)");
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::paused, "paused");
}

TEST_F(Blockers, OthersAreBeforeIt) {
  Stage stage("a; b; train");
  stage.placement.set_worker(worker(1, 8));
  stage.enqueue("a", 100);
  stage.enqueue("b", 99);
  stage.enqueue("train", 95);
  expect(stage, Blocker::Kind::behind_others, "behind_others");
}

TEST_F(Blockers, NothingHoldsItUp) {
  Stage stage("train");
  stage.placement.set_worker(worker(1, 8));
  stage.enqueue("train", 0);
  expect(stage, Blocker::Kind::none, "none");
}

TEST_F(Blockers, WithoutASchedulerTheRunItselfTellsWhatItCan) {
  Stage stage("train; tune; audit");
  stage.ready("train", 95);
  const auto said = [&] { return text(explain_task(stage.dag, stage.run, 0, nullptr, kNow)); };
  expect_golden("explain/blocked_unknown.txt", said());

  stage.spec("train").resources.gpu = 1;
  stage.spec("train").runs_on = {"gpu", "eu"};
  expect_golden("explain/blocked_unknown_demand.txt", said());

  stage.dag.pools = {{"gpu", 2}};
  for (const char* id : {"train", "tune", "audit"}) stage.spec(id).pool = "gpu";
  stage.running("tune", 60);
  expect_golden("explain/blocked_unknown_demand.txt", said());
  stage.at("audit").state = TaskState::dispatched;
  expect_golden("explain/blocked_unknown_pool.txt", said());
}

TEST(BlockersData, AheadCountsOnlyThoseThatCompete) {
  Stage stage("a; b; c; train");
  for (const char* id : {"a", "train"}) stage.spec(id).pool = "db";
  stage.spec("c").runs_on = {"gpu"};
  stage.placement.set_worker(worker(1, 1));
  stage.placement.set_pool("db", 0);
  for (const char* id : {"a", "b", "c", "train"}) stage.enqueue(id, 10);
  stage.placement.set_pool("db", 1);
  ReadyTask other = stage.queued("a", 0);
  other.run = RunId{9};
  stage.placement.occupy(other, WorkerId{1});
  const auto reasons = stage.placement.blockers(RunId{1}, stage.index("train"), kNow.boot);
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0].kind, Blocker::Kind::pool_full);
  EXPECT_EQ(reasons[0].ahead, 1u);
  EXPECT_EQ(reasons[1].kind, Blocker::Kind::no_slot);
  EXPECT_EQ(reasons[1].ahead, 2u);
}

TEST(BlockersData, ATaskThatIsNotQueuedHasNoReason) {
  const Placement placement;
  const auto reasons = placement.blockers(RunId{1}, 0, kNow.boot);
  ASSERT_EQ(reasons.size(), 1u);
  EXPECT_EQ(reasons[0].kind, Blocker::Kind::none);
}

}  // namespace
}  // namespace tidemill::test
