// Seeds: every promise holds, the same seed is the same story, and a broken scheduler is caught.
#include "tests/sim/simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tidemill::sim {
namespace {

// TIDEMILL_SIM_SEEDS="FROM COUNT" chooses others than the default.
std::pair<std::uint64_t, std::uint64_t> chosen_seeds() {
  const char* text = std::getenv("TIDEMILL_SIM_SEEDS");
  if (text == nullptr) return {1, 2000};
  char* rest = nullptr;
  const auto from = std::strtoull(text, &rest, 10);
  return {from, std::strtoull(rest, nullptr, 10)};
}

std::string how_to_repeat(const SimulationReport& report) {
  return fmt::format("seed {}: {}\n  repeat: tidemill sim --seed {} --verbose", report.seed,
                     report.problem, report.seed);
}

TEST(Simulation, EveryPromiseHoldsOnEverySeed) {
  const auto [from, count] = chosen_seeds();
  std::int64_t commits = 0;
  for (std::uint64_t seed = from; seed < from + count; ++seed) {
    const SimulationReport report = simulate({seed, false, Sabotage::none});
    ASSERT_TRUE(report.ok()) << how_to_repeat(report);
    commits += report.commits;
  }
  EXPECT_GT(commits, static_cast<std::int64_t>(count)) << "nothing was simulated";
}

TEST(Simulation, TheSameSeedIsTheSameStory) {
  const auto [from, count] = chosen_seeds();
  for (std::uint64_t seed = from; seed < from + count; seed += 50) {
    const auto once = simulate({seed, false, Sabotage::none});
    const auto again = simulate({seed, false, Sabotage::none});
    EXPECT_EQ(once.hash, again.hash) << "seed " << seed;
    EXPECT_EQ(once.events, again.events) << "seed " << seed;
  }
}

std::string first_problem(Sabotage sabotage) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto report = simulate({seed, false, sabotage});
    if (report.ok()) continue;
    fmt::print("seed {}: {}\n", seed, report.problem);
    return report.problem;
  }
  return "";
}

class DeliberateBug : public ::testing::TestWithParam<Sabotage> {};

TEST_P(DeliberateBug, IsSeen) { EXPECT_NE(first_problem(GetParam()), ""); }

INSTANTIATE_TEST_SUITE_P(Simulation, DeliberateBug,
                         ::testing::Values(Sabotage::send_before_commit,
                                           Sabotage::acknowledge_before_commit,
                                           Sabotage::lose_a_commit, Sabotage::forget_fence));

}  // namespace
}  // namespace tidemill::sim
