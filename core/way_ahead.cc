#include "core/way_ahead.h"

#include <algorithm>

#include "core/graph.h"

namespace tidemill {
namespace {

struct Seen {
  std::int64_t count = 0;
  double sum_us = 0;  // hundred years of many tasks do not fit in an integer
  Duration mean() const {
    return Duration(static_cast<std::int64_t>(sum_us / static_cast<double>(count)));
  }
};

Duration within_reason(Duration seen) { return std::clamp(seen, kLeastWay, kLongestWay); }

Seen what_was_seen(const Dag& dag, const TaskHistory& history) {
  Seen seen;
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    if (!history[i] || dag.tasks[i].only_waits()) continue;
    ++seen.count;
    seen.sum_us += static_cast<double>(within_reason(*history[i]).count());
  }
  return seen;
}

}  // namespace

WayAhead way_ahead(const Dag& dag, const TaskHistory& history) {
  CHECK(history.size() >= dag.task_count);
  const Seen seen = what_was_seen(dag, history);
  if (seen.count == 0) return {};
  WayAhead ahead;
  ahead.expected.resize(dag.tasks.size());
  ahead.way.resize(dag.tasks.size());
  const std::vector<TaskIndex> order = upstreams_first(dag);
  for (auto next_up = order.rbegin(); next_up != order.rend(); ++next_up) {
    const TaskIndex task = *next_up;
    Duration longest{};
    for (const TaskIndex next : dag.tasks[task].downstream) {
      longest = std::max(longest, ahead.way[next]);
    }
    Duration own{};
    if (!dag.tasks[task].only_waits()) {
      own = history[task] ? within_reason(*history[task]) : seen.mean();
      if (history[task]) ahead.expected[task] = own;
    }
    ahead.way[task] = std::min(kLongestWay, longest + own);
  }
  const auto longest = std::max_element(ahead.way.begin(), ahead.way.end());
  return *longest < kWorthOrdering ? WayAhead{} : ahead;
}

}  // namespace tidemill
