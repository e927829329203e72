#include "core/parse/ancestors.h"

#include <algorithm>

namespace tidemill {
std::vector<TaskIndex> topological_order(const Dag& dag) {
  std::vector<std::uint32_t> open(dag.task_count);
  std::vector<TaskIndex> order;
  order.reserve(dag.task_count);
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    open[i] = static_cast<std::uint32_t>(dag.tasks[i].upstream.size());
    if (open[i] == 0) order.push_back(i);
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    for (const TaskIndex down : dag.tasks[order[next]].downstream) {
      if (--open[down] == 0) order.push_back(down);
    }
  }
  return order;
}

std::vector<FarRead> not_upstream(const Dag& dag, const std::vector<FarRead>& reads) {
  constexpr std::size_t kBatch = 64;
  std::vector<FarRead> wrong;
  if (reads.empty()) return wrong;
  std::vector<FarRead> sorted = reads;
  std::sort(sorted.begin(), sorted.end(),
            [](const FarRead& a, const FarRead& b) { return a.from < b.from; });
  const std::vector<TaskIndex> order = topological_order(dag);
  std::vector<std::uint64_t> above(
      dag.task_count);  // bit per asked task: it is this task or upstream of it
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::fill(above.begin(), above.end(), 0);
    std::size_t end = begin;
    std::size_t bits = 0;
    std::vector<std::uint64_t> bit_of;
    for (; end < sorted.size(); ++end) {
      const bool is_new = end == begin || sorted[end].from != sorted[end - 1].from;
      if (is_new && bits == kBatch) break;
      bits += is_new ? 1 : 0;
      bit_of.push_back(std::uint64_t{1} << (bits - 1));
      above[sorted[end].from] |= bit_of.back();
    }
    for (const TaskIndex task : order) {
      for (const TaskIndex down : dag.tasks[task].downstream) above[down] |= above[task];
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (!(above[sorted[i].reader] & bit_of[i - begin])) wrong.push_back(sorted[i]);
    }
    begin = end;
  }
  return wrong;
}

}  // namespace tidemill
