// Recomputes a run from its event rows alone: every step is a legal edge, every task that left
// `waiting` did what its rule says about its upstreams at that moment, and the last states are the
// rows' (I5, I6, I7).
#pragma once

#include <vector>

#include "core/dag.h"
#include "scheduler/storage/rows.h"
#include "tests/sim/trace.h"

namespace tidemill::sim {

void check_history(const Dag& dag, const std::vector<EventRow>& events,
                   const std::vector<TaskRow>& rows, Trace& trace);

}  // namespace tidemill::sim
