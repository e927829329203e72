// What a run must come to when nothing goes wrong: the same DAG through the core alone, each
// attempt ending the moment it is granted. Only meant for DAGs that do not depend on the order of
// ends.
#pragma once

#include <vector>

#include "core/run.h"
#include "tests/sim/plan.h"

namespace tidemill::sim {

struct Ideal {
  RunState state = RunState::queued;
  std::vector<TaskState> tasks;
};

Ideal ideal_run(const PlannedDag& planned, std::uint64_t run_seed);

}  // namespace tidemill::sim
