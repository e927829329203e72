#include "core/eta.h"

#include <gtest/gtest.h>

#include "tests/support/dag_sketch.h"

namespace tidemill::test {
namespace {

using std::chrono::seconds;

TEST(Percentile, IsAValueThatSoManyDoNotExceed) {
  std::vector<Duration> ten;
  for (int i = 10; i >= 1; --i) ten.push_back(seconds(i));
  EXPECT_EQ(percentile(ten, 90), seconds(9));
  EXPECT_EQ(percentile(ten, 91), seconds(10));
  EXPECT_EQ(percentile(ten, 100), seconds(10));
  EXPECT_EQ(percentile(ten, 1), seconds(1));
  EXPECT_EQ(percentile({seconds(5)}, 50), seconds(5));
  EXPECT_EQ(percentile({}, 50), std::nullopt);
}

TEST(ExpectedDurations, AreMediansThatOneSlowRunDoesNotMove) {
  const Dag dag = sketch("extract -> train -> publish");
  const TaskHistory expected = expected_durations(
      dag, {{"extract", {seconds(3)}},
            {"train", {seconds(10), seconds(11), seconds(4000)}},
            {"removed since", {seconds(1)}}});
  EXPECT_EQ(expected, (TaskHistory{seconds(3), seconds(11), std::nullopt}));
}

}  // namespace
}  // namespace tidemill::test
