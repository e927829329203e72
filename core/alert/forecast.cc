#include "core/alert/forecast.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr std::size_t kEnoughRuns = 10;

}  // namespace

TaskHistory feared_durations(const Dag& dag,
                             const std::map<std::string, std::vector<Duration>>& by_task) {
  TaskHistory feared(dag.tasks.size());
  for (std::size_t i = 0; i < dag.tasks.size(); ++i) {
    const auto seen = by_task.find(dag.tasks[i].id);
    if (seen != by_task.end() && seen->second.size() >= kEnoughSeen) {
      feared[i] = percentile(seen->second, 90);
    }
  }
  return feared;
}

std::optional<WallTime> feared_end(const Dag& dag, const Run& run, const TaskHistory& feared,
                                   WallTime now) {
  if (is_terminal(run.state) || dag.task_count == 0) return std::nullopt;
  // As many slots as tasks: who waits for a slot is not foreseen.
  const auto left = remaining_time(dag, run, feared, static_cast<int>(dag.task_count), now);
  if (!left) return std::nullopt;
  return now + *left;
}

std::optional<Duration> slow_after(const std::vector<Duration>& good) {
  if (good.size() < kEnoughRuns) return std::nullopt;
  return *percentile(good, 95) * 3 / 2;
}

std::optional<Duration> task_slow_after(const std::vector<Duration>& good) {
  const auto limit = slow_after(good);
  if (!limit) return std::nullopt;
  return std::max(*limit, *limit * 2 / 3 + std::chrono::minutes(1));
}

}  // namespace tidemill
