// "Why": one sentence for every run and task, whatever its state, from the same data that decided.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/dag.h"
#include "core/placement.h"
#include "core/run.h"

namespace tidemill {

struct Explanation {
  std::string sentence;              // "train waits for extract (running for 3m 12s)"
  std::vector<std::string> details;  // rule, counts, other reasons, retries left, what happens next
};

// Names a task of any run, for those who hold what a task waits for: "train (run 12)". Without one,
// tasks of other runs are named by number.
using TaskNamer = std::function<std::string(RunId, TaskIndex)>;

// `placement` may be null (a dead daemon's file); then a ready task is explained without holders.
Explanation explain_task(const Dag& dag, const Run& run, TaskIndex task, const Placement* placement,
                         Now now, const TaskNamer& namer = {});
Explanation explain_run(const Dag& dag, const Run& run, Now now);

// Why a ready task is not granted, in a short sentence: "probe waits: no worker has the label gpu
// (1 is connected)".
std::string waiting_note(const Dag& dag, const Run& run, TaskIndex task, const Placement& placement,
                         Now now);

// What a ready or granted task waits for, as a clause: "no worker has the label gpu (1 is
// connected)", "it was granted to local, all of whose slots are busy".
std::string waits_for(const Dag& dag, const Run& run, TaskIndex task, const Placement& placement,
                      Now now);

// Downstream tasks that a failure of `task` keeps from running: those that did not run because of
// it, and those that still wait and will not run once it has failed. Nearest first.
std::vector<TaskIndex> blocked_by(const Dag& dag, const Run& run, TaskIndex task);
// The same of several, each once.
std::vector<TaskIndex> blocked_by(const Dag& dag, const Run& run,
                                  const std::vector<TaskIndex>& tasks);

}  // namespace tidemill
