#include "core/way_ahead.h"

#include <gtest/gtest.h>

#include "core/wait_for.h"
#include "tests/support/dag_sketch.h"

namespace tidemill::test {
namespace {

using std::chrono::seconds;

class WayAheadTest : public ::testing::Test {
 protected:
  void know(std::string_view id, Duration took) {
    history_.resize(dag_.tasks.size());
    history_[index_of(dag_, id)] = took;
  }
  Duration way(std::string_view id) { return way_ahead(dag_, history_).way.at(index_of(dag_, id)); }
  Dag dag_ = sketch("extract -> train -> publish; extract -> audit -> publish; clean");
  TaskHistory history_ = TaskHistory(dag_.tasks.size());
};

TEST_F(WayAheadTest, IsTheOwnTimeAndTheLongestChainBehind) {
  know("extract", seconds(5));
  know("train", seconds(60));
  know("audit", seconds(8));
  know("publish", seconds(2));
  know("clean", seconds(1));
  EXPECT_EQ(way("publish"), seconds(2));
  EXPECT_EQ(way("train"), seconds(62));
  EXPECT_EQ(way("audit"), seconds(10));
  EXPECT_EQ(way("extract"), seconds(67));
  EXPECT_EQ(way("clean"), seconds(1));
  EXPECT_EQ(way_ahead(dag_, history_).expected[index_of(dag_, "train")], seconds(60));
}

TEST_F(WayAheadTest, NothingIsSaidOfADagThatNeverRan) {
  EXPECT_TRUE(way_ahead(dag_, history_).way.empty());
  EXPECT_TRUE(way_ahead(dag_, history_).expected.empty());
}

TEST_F(WayAheadTest, ATaskThatWasNeverSeenCountsLikeTheOthers) {
  know("extract", seconds(10));
  know("publish", seconds(20));
  EXPECT_EQ(way("train"), seconds(35));
  EXPECT_EQ(way("extract"), seconds(45));
  EXPECT_EQ(way_ahead(dag_, history_).expected[index_of(dag_, "train")], Duration{});
}

TEST_F(WayAheadTest, OfChainsThatTakeNoTimeTheLongerOneCounts) {
  for (const TaskSpec& task : dag_.tasks) know(task.id, Duration{});
  know("clean", kWorthOrdering);
  EXPECT_EQ(way("extract"), 3 * kLeastWay);
  EXPECT_EQ(way("publish"), kLeastWay);
}

TEST_F(WayAheadTest, WhatOnlyWaitsTakesNoSlotAndCountsAsNothing) {
  task_of(dag_, "train").wait_for = std::make_shared<const WaitSpec>();
  know("extract", seconds(1));
  know("train", seconds(3600));
  know("publish", seconds(3));
  EXPECT_EQ(way("train"), seconds(3));
  EXPECT_EQ(way("audit"), seconds(5));  // never seen: the mean of 1 s and 3 s
}

TEST_F(WayAheadTest, OfASmallDagNothingIsOrdered) {
  for (const TaskSpec& task : dag_.tasks) know(task.id, kWorthOrdering / 10);
  EXPECT_TRUE(way_ahead(dag_, history_).way.empty());
  know("train", kWorthOrdering);
  EXPECT_FALSE(way_ahead(dag_, history_).way.empty());
}

TEST_F(WayAheadTest, DamagedHistoryNeitherOverflowsNorTurnsBack) {
  for (const TaskSpec& task : dag_.tasks) know(task.id, Duration::max());
  know("audit", seconds(-5));
  EXPECT_EQ(way("extract"), kLongestWay);
  EXPECT_GT(way("audit"), Duration{});
  for (const Duration way : way_ahead(dag_, history_).way) EXPECT_LE(way, kLongestWay);
}

TEST_F(WayAheadTest, FiftyThousandInAChainAndInAFan) {
  Dag deep;
  for (int i = 0; i < 50'000; ++i) {
    TaskSpec spec;
    if (i > 0) spec.upstream.push_back(static_cast<TaskIndex>(i - 1));
    if (i < 49'999) spec.downstream.push_back(static_cast<TaskIndex>(i + 1));
    deep.tasks.push_back(std::move(spec));
  }
  deep.task_count = 50'000;
  const TaskHistory history(50'000, seconds(1));
  EXPECT_EQ(way_ahead(deep, history).way[0], seconds(50'000));
  for (TaskSpec& task : deep.tasks) {
    task.upstream.clear();
    task.downstream.clear();
  }
  EXPECT_EQ(way_ahead(deep, history).way[0], seconds(1));
}

}  // namespace
}  // namespace tidemill::test
