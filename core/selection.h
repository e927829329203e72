// A run of some of a DAG's tasks: what they would read from tasks that are left out.
#pragma once

#include <optional>
#include <string>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

struct LeftOutRead {
  TaskIndex reader = 0;
  TaskIndex from = 0;  // takes no part in the run
  std::string what;    // "the artifact model", "tasks.train.outputs.rows in env.ROWS"
};

// The first read that is certain to fail, in a run as make_run made it. A read behind default(), of
// a reused result, or of a task whose condition is false already, is none. Hooks are not looked at:
// they must cope with tasks that did not run.
std::optional<LeftOutRead> find_left_out_read(const Dag& dag, const Run& run);

}  // namespace tidemill
