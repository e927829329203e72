// Re-derives from a run's tasks everything that the machine keeps incrementally, and checks what
// must always hold (I2, I3, I5–I7, I17 of the reliability reference). Used after every step by
// tests and the simulator.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// Empty when all hold; otherwise one sentence per broken one.
std::vector<std::string> check_invariants(const Dag& dag, const Run& run);

// May a task row go from one state to the other? The same table makes the SQL trigger.
bool is_legal_edge(TaskState from, TaskState to);
// The further edges that only a person's clear or mark takes, each with an event row of its own. Of
// a live task they are taken once its attempt is gone.
bool is_hand_edge(TaskState from, TaskState to);

}  // namespace tidemill
