// Which of many questions "is X upstream of Y, directly or through others?" have the answer no.
#pragma once

#include <vector>

#include "base/yaml.h"
#include "core/dag.h"

namespace tidemill {

// A value that is read from a task which the reader does not need directly.
struct FarRead {
  TaskIndex reader;
  TaskIndex from;
  Mark mark;
};

// Every task after all of its upstreams; tasks on a cycle, or behind one, are left out.
std::vector<TaskIndex> topological_order(const Dag& dag);

// The graph must have no cycle. Works through the tasks once for each 64 distinct tasks asked
// about.
std::vector<FarRead> not_upstream(const Dag& dag, const std::vector<FarRead>& reads);

}  // namespace tidemill
