// One seed from its plan to its verdict.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/fake_scheduler.h"

namespace tidemill::sim {

struct SimulationOptions {
  std::uint64_t seed = 0;
  bool verbose = false;
  Sabotage sabotage = Sabotage::none;
};

struct SimulationReport {
  std::uint64_t seed = 0;
  std::string problem;      // empty = every promise held
  std::uint64_t hash = 0;   // of the trace
  std::int64_t events = 0;  // lines of the trace
  std::int64_t commits = 0;
  bool ok() const { return problem.empty(); }
};

SimulationReport simulate(const SimulationOptions& options);

}  // namespace tidemill::sim
