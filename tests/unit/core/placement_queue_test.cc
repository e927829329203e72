// The longest way first, and what must not change by it: the turns of other runs, other
// priorities and other kinds of tasks.
#include "core/placement_queue.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/placement_fixture.h"

namespace tidemill::test {
namespace {

class LongestWay : public ::testing::Test {
 protected:
  LongestWay() { placement.set_worker(worker(1, 1)); }
  void add(const ReadyTask& task) {
    placement.add_ready(task);
    placement.check();
  }
  // Everything in the order in which one slot gets it.
  std::string order(double now_s = 0) {
    std::vector<Grant> all;
    for (auto grants = placement.place(at(now_s)); !grants.empty();
         grants = placement.place(at(now_s))) {
      placement.check();
      all.insert(all.end(), grants.begin(), grants.end());
      EXPECT_TRUE(placement.release(grants[0].run, grants[0].task));
    }
    return text(all);
  }
  Placement placement;
};

TEST_F(LongestWay, GoesFirstAmongTasksThatBecameReadyTogether) {
  add(with_way(ready(1), 5));
  add(with_way(ready(2), 50));
  add(with_way(ready(3), 20));
  EXPECT_EQ(order(), "2@1 3@1 1@1");
}

TEST_F(LongestWay, OfTasksThatAskForDifferentThingsAndBecameReadyTogetherToo) {
  placement.set_pool("db", 1);
  add(with_way(in_pool(ready(1), "db"), 5));
  add(with_way(ready(2), 50));
  add(with_way(in_pool(ready(3), "db"), 20));
  EXPECT_EQ(order(), "2@1 3@1 1@1");
}

TEST_F(LongestWay, PassesWhatBecameReadyBeforeByFourTimesOfWhatItIsLonger) {
  add(with_way(ready(1, 0), 5));
  add(with_way(ready(2, 179), 50));
  add(with_way(ready(3, 181), 50));
  EXPECT_EQ(order(200), "2@1 1@1 3@1");
}

TEST_F(LongestWay, UnknownWaysChangeNothing) {
  for (const int task : {4, 2, 9, 1}) add(ready(static_cast<TaskIndex>(task), task % 3));
  EXPECT_EQ(order(10), "9@1 1@1 4@1 2@1");
}

// Whoever sees only runs, not tasks, sees the same as if nobody had exchanged anything.
TEST_F(LongestWay, OtherRunsGetTheirTurnsAsBefore) {
  add(with_way(of_run(ready(1, 0), 1), 1));
  add(of_run(ready(1, 5), 2));
  add(with_way(of_run(ready(2, 10), 1), 1000));
  add(of_run(ready(2, 15), 2));
  add(with_way(of_run(ready(3, 20), 1), 2000));
  EXPECT_EQ(order(30), "3@1 2/1@1 2@1 2/2@1 1@1");
}

TEST_F(LongestWay, IsNoReasonToPassAnotherPriorityOfTheSameRun) {
  add(with_way(with_priority(ready(1), 6), 10'000));
  add(with_way(with_priority(ready(2), 5), 1));
  EXPECT_EQ(order(), "2@1 1@1");
}

TEST_F(LongestWay, TheShortestIsReachedWhileLongerOnesKeepComing) {
  add(with_way(ready(0), 1));
  int granted_at = -1;
  for (int second = 1; second < 1000 && granted_at < 0; ++second) {
    add(with_way(ready(static_cast<TaskIndex>(second), second), 60));
    const auto grants = placement.place(at(second));
    ASSERT_EQ(grants.size(), 1u);
    if (grants[0].task == 0) granted_at = second;
    EXPECT_TRUE(placement.release(RunId{1}, grants[0].task));
  }
  EXPECT_EQ(granted_at, 236);  // what comes from now on became ready too late to pass it
}

TEST_F(LongestWay, AStreamOfLongOnesOfOneRunKeepsNoSlotFromAnother) {
  add(with_way(of_run(ready(0), 1), 1));
  add(of_run(ready(0, 10), 2));
  for (int second = 1; second <= 10; ++second) {
    add(with_way(of_run(ready(static_cast<TaskIndex>(second), second), 1), 1e6));
  }
  // Nine of run 1 became ready before second 10, and the one of second 10 ties and goes by run.
  std::string before;
  for (int count = 0; before.find("2/0@1") == std::string::npos; ++count) {
    ASSERT_LT(count, 20);
    const auto grants = placement.place(at(10));
    before += text(grants) + ' ';
    EXPECT_TRUE(placement.release(grants[0].run, grants[0].task));
    if (grants[0].run != RunId{1}) continue;
    add(with_way(of_run(ready(static_cast<TaskIndex>(100 + count), 11 + count), 1), 1e6));
  }
  EXPECT_EQ(std::count(before.begin(), before.end(), '@'), 12);
}

TEST_F(LongestWay, WhatIsTakenOutLeavesNoEarlierPlaceToItsKin) {
  add(with_way(of_run(ready(1, 0), 1), 1));
  add(of_run(ready(1, 5), 2));
  add(with_way(of_run(ready(2, 10), 1), 1000));
  EXPECT_TRUE(placement.remove_ready(RunId{1}, 1));
  placement.check();
  EXPECT_EQ(order(30), "2/1@1 2@1");
}

TEST_F(LongestWay, WhatIsTakenOutAfterItsPlaceWasUsedTakesTheEarliestLeft) {
  add(with_way(of_run(ready(1, 0), 1), 1));
  add(with_way(of_run(ready(2, 4), 1), 1));
  add(of_run(ready(1, 5), 2));
  add(with_way(of_run(ready(3, 10), 1), 1000));
  const auto first = placement.place(at(30));
  EXPECT_EQ(text(first), "3@1");
  EXPECT_TRUE(placement.release(RunId{1}, 3));
  EXPECT_TRUE(placement.remove_ready(RunId{1}, 1));
  placement.check();
  EXPECT_EQ(order(30), "2/1@1 2@1");
}

TEST_F(LongestWay, IsLearntLateByAddingAgain) {
  add(ready(1));
  add(ready(2));
  add(with_way(ready(2), 7));
  add(with_way(ready(1), 3));
  EXPECT_EQ(placement.ready_count(), 2u);
  EXPECT_EQ(order(), "2@1 1@1");
}

TEST_F(LongestWay, IsTheSameWhateverTheOrderOfAdding) {
  std::mt19937 random(3);
  std::vector<ReadyTask> tasks;
  for (TaskIndex task = 0; task < 300; ++task) {
    tasks.push_back(with_way(of_run(ready(task, static_cast<double>(random() % 40)), 1 + task % 3),
                             static_cast<double>(random() % 30)));
  }
  std::string first;
  for (int restart = 0; restart < 5; ++restart) {
    placement = Placement();
    placement.set_worker(worker(1, 1));
    std::shuffle(tasks.begin(), tasks.end(), random);
    for (const ReadyTask& task : tasks) placement.add_ready(task);
    const std::string granted = order(60);
    if (restart == 0) first = granted;
    EXPECT_EQ(granted, first);
  }
}

// Bound to a busy worker it could not be passed by one with a longer way that is ready soon.
TEST_F(LongestWay, ATaskThatTakesLongIsNotGrantedAhead) {
  placement.set_worker(worker(1, 1, 2));
  add(expected_to_take(with_way(ready(1), 3), 3));
  add(expected_to_take(with_way(ready(2), 2), 2));
  EXPECT_EQ(text(placement.place(at(0))), "1@1");
  add(expected_to_take(with_way(ready(3, 0.5), 5), 5));
  EXPECT_TRUE(placement.release(RunId{1}, 1));
  EXPECT_EQ(text(placement.place(at(1))), "3@1");
}

TEST_F(LongestWay, ShortAndUnknownTasksAreGrantedAheadAsEver) {
  placement.set_worker(worker(1, 1, 2));
  add(expected_to_take(with_way(ready(1), 9), 0.09));
  add(expected_to_take(with_way(ready(2), 8), 0.09));
  add(with_way(ready(3), 7));
  EXPECT_EQ(text(placement.place(at(0))), "1@1 2@1 3@1");
}

TEST_F(LongestWay, ReasonsCountThoseThatPassed) {
  placement.occupy(ready(9), WorkerId{1});
  add(with_way(ready(1, 0), 1));
  add(with_way(ready(2, 1), 50));
  add(with_way(ready(3, 2), 60));
  add(ready(4, 70));
  const Blocker blocker = placement.why_waiting(RunId{1}, 1, at(80));
  EXPECT_EQ(blocker.ahead, 2u);
  EXPECT_EQ(blocker.longer_ahead, 2u);
  EXPECT_EQ(placement.why_waiting(RunId{1}, 3, at(80)).ahead, 0u);
  EXPECT_EQ(placement.why_waiting(RunId{1}, 4, at(80)).ahead, 3u);
  EXPECT_EQ(placement.why_waiting(RunId{1}, 4, at(80)).longer_ahead, 0u);
}

TEST_F(LongestWay, WhoWaitsLongestIsNamedWhenNothingCanStart) {
  placement.remove_worker(WorkerId{1});
  add(with_way(ready(1, 0), 1));
  add(with_way(ready(2, 5), 100));
  const auto stuck = placement.stuck();
  ASSERT_EQ(stuck.size(), 1u);
  EXPECT_EQ(stuck[0].task, 1u);
  EXPECT_EQ(stuck[0].since, at(0));
  EXPECT_EQ(placement.first_of_each_kind().at(0).task, 1u);
}

}  // namespace
}  // namespace tidemill::test
