// What the order is worth: whole runs by the real order on a clock of numbers, so every figure is
// exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/list_schedule.h"

namespace tidemill::test {
namespace {

using std::chrono::seconds;
using Past = ListSchedule::Past;

// Many short tasks are ready at once, and after them the head of the one long chain.
Trace long_chain_behind_short_tasks() {
  Trace trace;
  for (int i = 0; i < 16; ++i) trace.add(seconds(10));
  TaskIndex before = kNoTask;
  for (int i = 0; i < 2; ++i) {
    const TaskIndex task = trace.add(seconds(30));
    if (before != kNoTask) trace.connect(before, task);
    before = task;
  }
  return trace;
}

TEST(LongestWayRuns, AChainIsNotLeftForTheEnd) {
  const Trace trace = long_chain_behind_short_tasks();
  EXPECT_EQ(trace.seconds_of(Past::unknown, 4), 100);
  EXPECT_EQ(trace.seconds_of(Past::known, 4), 60);
  EXPECT_EQ(trace.bound(4), 60);
}

TEST(LongestWayRuns, LongTasksWaitHereAndNotInTheQueueOfAWorker) {
  const Trace trace = long_chain_behind_short_tasks();
  EXPECT_EQ(trace.seconds_of(Past::known, 4, 8), 60);
}

TEST(LongestWayRuns, WithoutAPastTasksStartInTheOrderInWhichTheyBecameReady) {
  const Trace trace = long_chain_behind_short_tasks();
  ListSchedule schedule(trace.dag, trace.took, 4, 0, Past::unknown);
  (void)schedule.makespan();
  EXPECT_TRUE(std::is_sorted(schedule.started().begin(), schedule.started().end()));
}

Trace random_trace(std::mt19937& random) {
  Trace trace;
  for (int i = 0; i < 100; ++i) {
    const auto time = std::chrono::milliseconds(1000 + (random() % 100) * (random() % 100));
    const TaskIndex task = trace.add(time);
    std::set<TaskIndex> upstream;
    for (auto n = random() % 3; n > 0 && task > 0; --n) {
      upstream.insert(static_cast<TaskIndex>(random() % task));
    }
    for (const TaskIndex before : upstream) trace.connect(before, task);
  }
  return trace;
}

TEST(LongestWayRuns, RandomRunsEndNearlyAsEarlyAsTheyCan) {
  std::mt19937 random(1);
  double known = 0;
  double unknown = 0;
  for (int i = 0; i < 200; ++i) {
    const Trace trace = random_trace(random);
    const int slots = 2 << (i % 3);
    known += trace.seconds_of(Past::known, slots) / trace.bound(slots) / 200;
    unknown += trace.seconds_of(Past::unknown, slots) / trace.bound(slots) / 200;
  }
  EXPECT_LT(known, 1.03);
  EXPECT_GT(unknown, 1.05) << "or these runs say nothing about the order";
}

TEST(LongestWayRuns, FiftyThousandReadyAtOnceAreGrantedInTheirOrder) {
  Trace trace;
  for (int i = 0; i < 50'000; ++i) trace.add(seconds(1 + i % 97));
  ListSchedule schedule(trace.dag, trace.took, 64, 0, Past::known);
  (void)schedule.makespan();
  for (std::size_t i = 1; i < schedule.started().size(); ++i) {
    ASSERT_GE(trace.took[schedule.started()[i - 1]], trace.took[schedule.started()[i]]);
  }
}

}  // namespace
}  // namespace tidemill::test
