#include "core/alert/grouping.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{1'700'000'000'000'000};
constexpr Duration kWait = seconds(30);

GroupPlace place(std::optional<GroupNeighbour> neighbour,
                 AlertSeverity severity = AlertSeverity::error) {
  return place_in_group(neighbour, severity, kWait, kNow);
}
GroupNeighbour neighbour(Duration from_now, bool is_held = false) {
  return {kNow + from_now, is_held, AlertSeverity::error};
}

TEST(Grouping, TheFirstIsToldAtOnce) {
  EXPECT_EQ(place(std::nullopt).due_at, kNow);
  EXPECT_FALSE(place(std::nullopt).joins);
}

TEST(Grouping, TheSecondWaitsUntilTheTimeIsOver) {
  EXPECT_EQ(place(neighbour(-seconds(10))).due_at, kNow + seconds(20));
  EXPECT_FALSE(place(neighbour(-seconds(10))).joins) << "the first has gone out";
  EXPECT_EQ(place(neighbour({})).due_at, kNow + kWait);
}

TEST(Grouping, WhatComesWhileOneWaitsGoesWithIt) {
  const GroupPlace third = place(neighbour(seconds(20), true));
  EXPECT_EQ(third.due_at, kNow + seconds(20));
  EXPECT_TRUE(third.joins);
}

TEST(Grouping, AfterTheTimeOneIsTheFirstAgain) {
  EXPECT_EQ(place(neighbour(-kWait)).due_at, kNow);
  EXPECT_EQ(place(neighbour(-minutes(5))).due_at, kNow);
}

TEST(Grouping, NobodyWaitsForWhatIsTriedAgainMuchLater) {
  const GroupPlace other = place(neighbour(minutes(15)));
  EXPECT_EQ(other.due_at, kNow + kWait);
  EXPECT_FALSE(other.joins);
}

TEST(Grouping, AClockThatWentBackHoldsUpNothing) {
  const GroupPlace other = place(neighbour(minutes(60), true));
  EXPECT_EQ(other.due_at, kNow + kWait);
  EXPECT_FALSE(other.joins);
}

TEST(Grouping, WhatIsMoreUrgentDoesNotWait) {
  EXPECT_EQ(place(neighbour(seconds(20), true), AlertSeverity::critical).due_at, kNow);
  EXPECT_EQ(place(neighbour(seconds(20), true), AlertSeverity::warning).due_at, kNow + seconds(20));
}

}  // namespace
}  // namespace tidemill
