// Raise, commit, send, acknowledge: with a crash at every step in turn no alert is lost, nobody is
// called about what somebody took, and a message that is sent twice has one id.
#include "tests/sim/alert_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tidemill::sim {
namespace {

constexpr std::uint64_t kStories = 4;

std::string how_to_repeat(const AlertStory& story, const AlertStoryEnd& end) {
  return fmt::format("seed {}, crash at {}: {}", story.seed, story.crash_at, end.problem);
}

TEST(AlertLife, EveryPromiseHoldsWithACrashAtEachStepInTurn) {
  std::int64_t of_several = 0;
  for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
    const AlertStoryEnd whole = tell_alert_story({seed, 0, AlertSabotage::none});
    ASSERT_EQ(whole.problem, "") << how_to_repeat({seed, 0, AlertSabotage::none}, whole);
    ASSERT_GT(whole.pages, 0) << "nothing was told";
    for (std::int64_t at = 1; at <= whole.steps; ++at) {
      const AlertStory story{seed, at, AlertSabotage::none};
      const AlertStoryEnd end = tell_alert_story(story);
      ASSERT_EQ(end.problem, "") << how_to_repeat(story, end);
      of_several += end.pages_of_several;
    }
  }
  EXPECT_GT(of_several, 0) << "nothing was told together";
}

std::string first_problem(AlertSabotage sabotage) {
  for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
    const std::int64_t steps = tell_alert_story({seed, 0, AlertSabotage::none}).steps;
    for (std::int64_t at = 0; at <= steps; ++at) {
      const AlertStory story{seed, at, sabotage};
      const AlertStoryEnd end = tell_alert_story(story);
      if (!end.problem.empty()) return how_to_repeat(story, end);
    }
  }
  return "";
}

struct Bug {
  AlertSabotage sabotage;
  const char* seen_as;
};
class DeliberateAlertBug : public ::testing::TestWithParam<Bug> {};

TEST_P(DeliberateAlertBug, IsSeen) {
  const std::string problem = first_problem(GetParam().sabotage);
  EXPECT_NE(problem.find(GetParam().seen_as), std::string::npos) << problem;
}

INSTANTIATE_TEST_SUITE_P(
    AlertLife, DeliberateAlertBug,
    ::testing::Values(Bug{AlertSabotage::cancel_later, "called about what somebody took"},
                      Bug{AlertSabotage::record_before_send,
                          "counts as sent, and no service took it"},
                      Bug{AlertSabotage::send_what_was_read, "called about what somebody took"},
                      Bug{AlertSabotage::other_id, "two ids for one message"},
                      Bug{AlertSabotage::feed_dropped_first, "runs failed"}));

}  // namespace
}  // namespace tidemill::sim
