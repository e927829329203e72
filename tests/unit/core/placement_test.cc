#include "core/placement.h"

#include <gtest/gtest.h>

#include "tests/support/placement_fixture.h"

namespace tidemill::test {
namespace {

// A placement whose books are counted again after every step.
class PlacementTest : public ::testing::Test {
 protected:
  void add(const ReadyTask& task) {
    placement.add_ready(task);
    placement.check();
  }
  std::string place(double now_s) {
    const std::string granted = text(placement.place(at(now_s)));
    placement.check();
    return granted;
  }
  void end(TaskIndex task, std::int64_t run = 1) {
    EXPECT_TRUE(placement.release(RunId{run}, task));
    placement.check();
  }

  Placement placement;
};

TEST_F(PlacementTest, NothingIsGrantedWithoutAWorkerAndEverythingOnceItComes) {
  add(ready(1));
  add(ready(2));
  EXPECT_EQ(place(0), "");
  placement.set_worker(worker(1, 2));
  EXPECT_EQ(place(0), "1@1 2@1");
  EXPECT_EQ(placement.ready_count(), 0u);
  EXPECT_EQ(placement.live_count(), 2u);
}

TEST_F(PlacementTest, OldestFirstThenByRunThenByTask) {
  placement.set_worker(worker(1, 10));
  add(ready(5, 2));
  add(of_run(ready(1, 1), 2));
  add(ready(9, 1));
  add(ready(3, 1));
  EXPECT_EQ(place(2), "3@1 9@1 2/1@1 5@1");
}

TEST_F(PlacementTest, APriorityStepIsWorthSixtySecondsOfWaiting) {
  placement.set_worker(worker(1, 1));
  add(with_priority(ready(1, 0), 9));
  add(with_priority(ready(2, 479), 1));
  EXPECT_EQ(place(479), "2@1");
  end(2);
  add(with_priority(ready(3, 481), 1));
  EXPECT_EQ(place(481), "1@1");
}

TEST_F(PlacementTest, AFullPoolHoldsUpNobodyElse) {
  placement.set_worker(worker(1, 4));
  placement.set_pool("gpu", 1);
  add(in_pool(ready(1), "gpu"));
  add(in_pool(ready(2), "gpu"));
  add(in_pool(ready(3), "gpu"));
  add(ready(4, 5));
  EXPECT_EQ(place(5), "1@1 4@1");
  end(1);
  EXPECT_EQ(place(6), "2@1");
}

TEST_F(PlacementTest, PoolSlotsAreWeighted) {
  placement.set_worker(worker(1, 10));
  placement.set_pool("db", 5);
  add(in_pool(ready(1), "db", 3));
  add(in_pool(ready(2), "db", 3));
  add(in_pool(ready(3), "db", 2));
  EXPECT_EQ(place(0), "1@1 3@1");
  end(3);
  EXPECT_EQ(place(1), "");
  end(1);
  EXPECT_EQ(place(2), "2@1");
}

TEST_F(PlacementTest, PoolsOfTwoRunsWithOneNameAreTwoPools) {
  placement.set_worker(worker(1, 4));
  placement.set_pool("1/db", 1);
  placement.set_pool("2/db", 1);
  add(in_pool(ready(1), "1/db"));
  add(in_pool(of_run(ready(1), 2), "2/db"));
  EXPECT_EQ(place(0), "1@1 2/1@1");
}

TEST_F(PlacementTest, ATaskOfAPoolThatNobodySetNeverStartsUnbounded) {
  placement.set_worker(worker(1, 4));
  add(in_pool(ready(1), "nowhere"));
  EXPECT_EQ(place(100), "");
  placement.set_pool("nowhere", 1);
  EXPECT_EQ(place(101), "1@1");
  placement.remove_pool("nowhere");
  add(in_pool(ready(2), "nowhere"));
  end(1);
  EXPECT_EQ(place(102), "");
}

TEST_F(PlacementTest, AShrunkPoolGrantsNothingUntilEnoughEnded) {
  placement.set_worker(worker(1, 8));
  placement.set_pool("db", 4);
  for (TaskIndex task = 1; task <= 5; ++task) add(in_pool(ready(task), "db"));
  EXPECT_EQ(place(0), "1@1 2@1 3@1 4@1");
  placement.set_pool("db", 2);
  end(1);
  end(2);
  EXPECT_EQ(place(1), "");
  end(3);
  EXPECT_EQ(place(2), "5@1");
}

TEST_F(PlacementTest, MaxActiveTasksBoundsOneRunOnly) {
  placement.set_worker(worker(1, 8));
  for (TaskIndex task = 1; task <= 3; ++task) {
    ReadyTask limited = ready(task);
    limited.max_active_tasks = 2;
    add(limited);
  }
  add(of_run(ready(1), 2));
  EXPECT_EQ(place(0), "1@1 2@1 2/1@1");
  end(1);
  EXPECT_EQ(place(1), "3@1");
}

TEST_F(PlacementTest, MaxActiveTasksCountsTasksOfEveryClass) {
  placement.set_worker(worker(1, 8));
  placement.set_pool("db", 8);
  ReadyTask pooled = in_pool(ready(1), "db", 2);
  ReadyTask plain = ready(2);
  pooled.max_active_tasks = plain.max_active_tasks = 1;
  add(pooled);
  add(plain);
  EXPECT_EQ(place(0), "1@1");
  end(1);
  EXPECT_EQ(place(0), "2@1");
}

TEST_F(PlacementTest, LabelsMustAllBeThere) {
  placement.set_worker(with_labels(worker(1, 4), {"gpu"}));
  placement.set_worker(with_labels(worker(2, 4), {"eu", "gpu"}));
  add(with_labels(ready(1), {"eu", "gpu"}));
  add(with_labels(ready(2), {"eu", "gpu"}));
  add(with_labels(ready(3), {"us"}));
  EXPECT_EQ(place(0), "1@2 2@2");
}

TEST_F(PlacementTest, TheLeastLoadedWorkerIsChosenAndTheLowestIdOnATie) {
  placement.set_worker(worker(2, 4));
  placement.set_worker(worker(1, 2));
  for (TaskIndex task = 1; task <= 6; ++task) add(ready(task));
  EXPECT_EQ(place(0), "1@1 2@2 3@2 4@1 5@2 6@2");
}

TEST_F(PlacementTest, ADrainingWorkerGetsNothingAndKeepsItsSlots) {
  placement.set_worker(worker(1, 1));
  add(ready(1));
  EXPECT_EQ(place(0), "1@1");
  WorkerView draining = worker(1, 1);
  draining.draining = true;
  placement.set_worker(draining);
  add(ready(2));
  end(1);
  EXPECT_EQ(place(1), "");
  placement.set_worker(worker(1, 1));
  EXPECT_EQ(place(2), "2@1");
}

TEST_F(PlacementTest, AttemptsOfARemovedWorkerKeepTheirPoolSlots) {
  placement.set_worker(worker(1, 1));
  placement.set_worker(worker(2, 1));
  placement.set_pool("db", 1);
  add(in_pool(ready(1), "db"));
  EXPECT_EQ(place(0), "1@1");
  placement.remove_worker(WorkerId{1});
  add(in_pool(ready(2), "db"));
  EXPECT_EQ(place(1), "");
  end(1);
  EXPECT_EQ(place(2), "2@2");
}

TEST_F(PlacementTest, AWorkerThatComesBackStillHasItsAttempts) {
  placement.set_worker(worker(1, 1));
  add(ready(1));
  EXPECT_EQ(place(0), "1@1");
  placement.remove_worker(WorkerId{1});
  placement.check();
  placement.set_worker(worker(1, 1));
  add(ready(2));
  EXPECT_EQ(place(1), "");
  end(1);
  EXPECT_EQ(place(2), "2@1");
}

TEST_F(PlacementTest, AfterARestartLiveAttemptsOccupyBeforeTheirWorkerIsBack) {
  placement.set_pool("db", 2);
  placement.occupy(in_pool(ready(1), "db", 2), WorkerId{1});
  placement.occupy(ready(2), WorkerId{1});
  placement.check();
  placement.set_worker(worker(1, 4));
  add(in_pool(ready(3), "db"));
  add(ready(4));
  add(ready(5));
  EXPECT_EQ(place(0), "4@1");
  end(1);
  EXPECT_EQ(place(1), "3@1 5@1");
}

TEST_F(PlacementTest, OccupyingTwiceCountsOnceAndTakesTheTaskOutOfTheQueue) {
  placement.set_worker(worker(1, 2));
  add(ready(1));
  placement.occupy(ready(1), WorkerId{1});
  placement.occupy(ready(1), WorkerId{1});
  placement.check();
  EXPECT_EQ(placement.ready_count(), 0u);
  add(ready(2));
  EXPECT_EQ(place(0), "2@1");
}

TEST_F(PlacementTest, ReleasingOrRemovingWhatIsNotThereChangesNothing) {
  placement.set_worker(worker(1, 1));
  EXPECT_FALSE(placement.release(RunId{1}, 1));
  EXPECT_FALSE(placement.remove_ready(RunId{1}, 1));
  add(ready(1));
  EXPECT_TRUE(placement.remove_ready(RunId{1}, 1));
  EXPECT_EQ(place(0), "");
}

TEST_F(PlacementTest, AddingAgainReplacesWhatWasAsked) {
  placement.set_worker(worker(1, 1));
  placement.set_pool("db", 1);
  add(in_pool(ready(1), "db"));
  add(ready(1, 3));
  EXPECT_EQ(placement.ready_count(), 1u);
  EXPECT_EQ(place(3), "1@1");
}

TEST(PlacementDeathTest, ALiveTaskCannotBeReady) {
  Placement placement;
  placement.occupy(ready(1), WorkerId{1});
  EXPECT_DEATH(placement.add_ready(ready(1)), "CHECK failed");
}

TEST_F(PlacementTest, WhilePausedNothingIsGranted) {
  placement.set_worker(worker(1, 1));
  add(ready(1));
  placement.pause("the disk is nearly full");
  EXPECT_EQ(place(0), "");
  placement.resume();
  EXPECT_EQ(place(1), "1@1");
}

// Resources ---------------------------------------------------------------------------------------

TEST_F(PlacementTest, MemoryAndCoresAreSharedAmongTheTasksOfAWorker) {
  placement.set_worker(with_capacity(worker(1, 8), 4, 1000));
  add(with_resources(ready(1), 1, 600));
  add(with_resources(ready(2), 1, 600));
  add(with_resources(ready(3), 3, 100));
  add(with_resources(ready(4), 0.5, 100));
  EXPECT_EQ(place(0), "1@1 3@1");
  end(3);
  EXPECT_EQ(place(1), "4@1");
  end(1);
  EXPECT_EQ(place(2), "2@1");
}

TEST_F(PlacementTest, TenthsOfACoreAddUpExactly) {
  placement.set_worker(with_capacity(worker(1, 100), 1));
  for (TaskIndex task = 1; task <= 11; ++task) add(with_resources(ready(task), 0.1));
  EXPECT_EQ(placement.place(at(0)).size(), 10u);
  for (TaskIndex task = 1; task <= 10; ++task) end(task);
  EXPECT_EQ(place(1), "11@1");
}

TEST_F(PlacementTest, UnknownCapacityDoesNotLimitButAGpuMustBeThere) {
  placement.set_worker(worker(1, 4));
  add(with_resources(ready(1), 64, std::uint64_t{1} << 40));
  add(with_resources(ready(2), 0, 0, 1));
  EXPECT_EQ(place(0), "1@1");
  placement.set_worker(with_capacity(worker(2, 4), 0, 0, 1));
  EXPECT_EQ(place(1), "2@2");
}

TEST_F(PlacementTest, AnAbsurdDemandNeitherOverflowsNorStarts) {
  placement.set_worker(with_capacity(worker(1, 8), 4, 1000));
  for (TaskIndex task = 1; task <= 4; ++task) {
    add(with_resources(ready(task), 1e300, UINT64_MAX, INT32_MAX));
  }
  add(ready(5));
  EXPECT_EQ(place(1000), "5@1");
}

// Granting ahead ----------------------------------------------------------------------------------

TEST_F(PlacementTest, PlainTasksAreGrantedAheadOfABusyWorker) {
  placement.set_worker(worker(1, 2, 2));
  for (TaskIndex task = 1; task <= 5; ++task) add(ready(task));
  EXPECT_EQ(place(0), "1@1 2@1 3@1 4@1");
  end(1);
  EXPECT_EQ(place(1), "5@1");
}

TEST_F(PlacementTest, WhatWouldHoldSomethingIdleIsNeverGrantedAhead) {
  placement.set_worker(with_capacity(worker(1, 1, 8), 0, 1000, 1));
  placement.set_pool("db", 8);
  add(ready(1));
  add(in_pool(ready(2, 1), "db"));
  add(with_resources(ready(3, 1), 0, 100));
  ReadyTask limited = ready(4, 1);
  limited.max_active_tasks = 3;
  add(limited);
  EXPECT_EQ(place(1), "1@1");
}

TEST_F(PlacementTest, OnlyTasksOfOneSlotAreGrantedAhead) {
  placement.set_worker(worker(1, 2, 4));
  add(ready(1));
  add(with_slots(ready(2), 2));
  add(ready(3, 1));
  // The big one is before it and wants the slots, so the small one takes a free slot but no place
  // in the worker's queue.
  EXPECT_EQ(place(1), "1@1 3@1");
  add(ready(4, 2));
  EXPECT_EQ(place(2), "");
  end(1);
  end(3);
  EXPECT_EQ(place(3), "2@1 4@1");
}

TEST_F(PlacementTest, NothingIsBoundToABusyWorkerWhileAnotherCouldBecomeFree) {
  placement.set_worker(worker(1, 1, 4));
  placement.set_worker(worker(2, 1, 4));
  for (TaskIndex task = 1; task <= 3; ++task) add(ready(task));
  EXPECT_EQ(place(0), "1@1 2@2");
  end(2);
  EXPECT_EQ(place(1), "3@2");
}

TEST_F(PlacementTest, GrantingAheadNeverPassesAnEarlierTaskThatWantsTheSlot) {
  placement.set_worker(worker(1, 2, 2));
  placement.set_pool("db", 4);
  for (TaskIndex task = 1; task <= 4; ++task) add(ready(task));
  EXPECT_EQ(place(0), "1@1 2@1 3@1 4@1");
  add(in_pool(ready(5, 1), "db"));
  TaskIndex next = 6;
  TaskIndex ended = 1;
  std::string granted;
  for (int second = 2; second < 10 && granted.find("5@1") == std::string::npos; ++second) {
    add(ready(next++, second));
    end(ended++);
    granted += place(second) + " ";
  }
  // Two were queued before it, so the third end makes a slot free for it; only then do others
  // queue.
  EXPECT_EQ(granted, "  5@1 6@1 7@1 ");
}

// Reservation -------------------------------------------------------------------------------------

TEST_F(PlacementTest, ABigTaskReservesItsPoolAfterThirtySeconds) {
  placement.set_worker(worker(1, 8));
  placement.set_pool("db", 2);
  add(in_pool(ready(1), "db"));
  EXPECT_EQ(place(0), "1@1");
  add(in_pool(ready(2, 0), "db", 2));
  add(in_pool(ready(3, 1), "db"));
  EXPECT_EQ(place(1), "3@1");
  end(3);
  add(in_pool(ready(4, 2), "db"));
  EXPECT_EQ(place(29.9), "4@1");
  end(4);
  add(in_pool(ready(5, 3), "db"));
  EXPECT_EQ(place(30), "");
  end(1);
  EXPECT_EQ(place(31), "2@1");
}

TEST_F(PlacementTest, AReservationKeepsOnlyWhatIsNeeded) {
  placement.set_worker(worker(1, 20));
  placement.set_pool("db", 6);
  for (TaskIndex task = 1; task <= 3; ++task) add(in_pool(ready(task), "db"));
  EXPECT_EQ(place(0), "1@1 2@1 3@1");
  add(in_pool(ready(4, 0), "db", 4));
  add(in_pool(ready(5, 1), "db"));
  add(ready(6, 1));
  EXPECT_EQ(place(60), "6@1");
  end(1);
  EXPECT_EQ(place(61), "4@1");
}

TEST_F(PlacementTest, ATaskThatNeedsAWholeWorkerGetsTheOneNearestToIdle) {
  placement.set_worker(worker(1, 4));
  placement.set_worker(worker(2, 4));
  for (TaskIndex task = 1; task <= 6; ++task) add(ready(task));
  EXPECT_EQ(place(0), "1@1 2@2 3@1 4@2 5@1 6@2");
  end(2);
  add(with_slots(ready(7, 1), 4));
  for (TaskIndex task = 8; task <= 11; ++task) add(ready(task, 2));
  // Worker 2 has two in use: it is kept free, worker 1 goes on.
  EXPECT_EQ(place(40), "8@1");
  end(4);
  EXPECT_EQ(place(41), "");
  end(1);
  EXPECT_EQ(place(42), "9@1");
  end(6);
  EXPECT_EQ(place(43), "7@2");
}

TEST_F(PlacementTest, WhatCanNeverStartReservesNothing) {
  placement.set_worker(worker(1, 2));
  placement.set_pool("db", 2);
  add(in_pool(ready(1), "db", 3));
  add(with_labels(in_pool(ready(2), "db", 2), {"moon"}));
  add(with_slots(ready(3), 5));
  add(in_pool(ready(4, 1), "db"));
  add(ready(5, 1));
  EXPECT_EQ(place(10'000), "4@1 5@1");
}

TEST_F(PlacementTest, AFullRunLosesNoPoolReservationToItsOwnSmallTasks) {
  placement.set_worker(worker(1, 20));
  placement.set_pool("db", 4);
  const auto limited = [](ReadyTask task) {
    task.max_active_tasks = 2;
    return task;
  };
  add(in_pool(of_run(ready(100), 2), "db", 2));
  EXPECT_EQ(place(0), "2/100@1");
  add(limited(in_pool(ready(1, 0), "db", 4)));
  TaskIndex next = 2;
  add(limited(ready(next++, 1)));
  add(limited(ready(next++, 1)));
  EXPECT_EQ(place(1), "2@1 3@1");
  add(limited(ready(next++, 40)));
  end(2);
  EXPECT_EQ(place(40), "");
  end(100, 2);
  EXPECT_EQ(place(41), "1@1");
}

}  // namespace
}  // namespace tidemill::test
