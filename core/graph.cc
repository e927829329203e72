#include "core/graph.h"

#include <algorithm>

#include "base/check.h"

namespace tidemill {

std::vector<TaskIndex> upstreams_first(const Dag& dag) {
  std::vector<std::size_t> missing(dag.task_count);
  std::vector<TaskIndex> order;
  order.reserve(dag.task_count);
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    missing[task] = dag.tasks[task].upstream.size();
    if (missing[task] == 0) order.push_back(task);
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const TaskIndex downstream : dag.tasks[order[next]].downstream) {
      if (--missing[downstream] == 0) order.push_back(downstream);
    }
  }
  CHECK(order.size() == dag.task_count);  // the parser lets no cycle through
  return order;
}

std::vector<std::uint32_t> task_levels(const Dag& dag) {
  std::vector<std::uint32_t> levels(dag.task_count);
  for (const TaskIndex task : upstreams_first(dag)) {
    for (const TaskIndex downstream : dag.tasks[task].downstream) {
      levels[downstream] = std::max(levels[downstream], levels[task] + 1);
    }
  }
  return levels;
}

Duration longest_chain(const Dag& dag, const std::vector<Duration>& took) {
  std::vector<Duration> begin(dag.task_count, Duration(0));
  Duration longest{0};
  for (const TaskIndex task : upstreams_first(dag)) {
    const Duration end = begin[task] + took[task];
    longest = std::max(longest, end);
    for (const TaskIndex next : dag.tasks[task].downstream) {
      begin[next] = std::max(begin[next], end);
    }
  }
  return longest;
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
