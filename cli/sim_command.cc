#include "cli/sim_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "tests/sim/simulation.h"

namespace tidemill {

int run_sim(const SimCommand& options) {
  std::int64_t events = 0, commits = 0;
  for (std::uint64_t i = 0; i < options.count; ++i) {
    const std::uint64_t seed = options.seed + i;
    if (options.verbose || options.count == 1) fmt::print("seed {}\n", seed);
    std::fflush(stdout);
    const auto report = sim::simulate({seed, options.verbose, sim::Sabotage::none});
    events += report.events;
    commits += report.commits;
    if (!report.ok()) {
      fmt::print("seed {} breaks a promise: {}\nrepeat: tidemill sim --seed {} --verbose\n", seed,
                 report.problem, seed);
      return 1;
    }
    if (options.count == 1) fmt::print("trace hash {:016x}\n", report.hash);
  }
  fmt::print("{} seeds, {} events, {} commits: every promise held\n", options.count, events,
             commits);
  return 0;
}

}  // namespace tidemill
