#include "core/graph.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

std::vector<std::uint32_t> task_levels(const Dag& dag) {
  std::vector<std::uint32_t> levels(dag.task_count);
  std::vector<std::size_t> missing(dag.task_count);
  std::vector<TaskIndex> done;
  done.reserve(dag.task_count);
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    missing[task] = dag.tasks[task].upstream.size();
    if (missing[task] == 0) done.push_back(task);
  }
  for (std::size_t next = 0; next < done.size(); ++next) {
    const TaskIndex task = done[next];
    for (const TaskIndex downstream : dag.tasks[task].downstream) {
      levels[downstream] = std::max(levels[downstream], levels[task] + 1);
      if (--missing[downstream] == 0) done.push_back(downstream);
    }
  }
  CHECK(done.size() == dag.task_count);  // the parser lets no cycle through
  return levels;
}

std::vector<std::vector<TaskIndex>> tasks_by_level(const Dag& dag) {
  const std::vector<std::uint32_t> levels = task_levels(dag);
  std::vector<std::vector<TaskIndex>> grouped;
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    if (levels[task] >= grouped.size()) grouped.resize(levels[task] + 1);
    grouped[levels[task]].push_back(task);
  }
  return grouped;
}

}  // namespace tidemill
