#include "core/way_ahead.h"

#include <algorithm>

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

// Downstreams before their upstreams: Kahn's order from the end.
std::vector<TaskIndex> from_the_end(const Dag& dag) {
  std::vector<std::size_t> unmet(dag.task_count);
  std::vector<TaskIndex> order;
  order.reserve(dag.task_count);
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    unmet[i] = dag.tasks[i].downstream.size();
    if (unmet[i] == 0) order.push_back(i);
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (const TaskIndex before : dag.tasks[order[at]].upstream) {
      if (--unmet[before] == 0) order.push_back(before);
    }
  }
  return order;
}

}  // namespace

WayAhead way_ahead(const Dag& dag, const TaskHistory& history) {
  CHECK(history.size() >= dag.task_count);
  const Seen seen = what_was_seen(dag, history);
  if (seen.count == 0) return {};
  WayAhead ahead;
  ahead.expected.resize(dag.tasks.size());
  ahead.way.resize(dag.tasks.size());
  for (const TaskIndex task : from_the_end(dag)) {
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
