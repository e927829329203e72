// "Why": one sentence for every run and task, whatever its state, from the same data that decided.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/placement.h"
#include "core/run.h"

namespace tidemill {

struct Explanation {
  std::string sentence;              // "train waits for extract (running for 3m 12s)"
  std::vector<std::string> details;  // rule, counts, upstreams by state, retries left, next check
};

// `placement` may be null (a dead daemon's file); then a ready task is explained without holders.
Explanation explain_task(const Dag& dag, const Run& run, TaskIndex task, const Placement* placement,
                         Now now);
Explanation explain_run(const Dag& dag, const Run& run, Now now);

// Downstream tasks that a failure of `task` keeps from running.
std::vector<TaskIndex> blocked_by(const Dag& dag, const Run& run, TaskIndex task);

}  // namespace tidemill
