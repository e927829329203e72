#include "core/eta.h"

#include <algorithm>

#include "core/graph.h"

namespace tidemill {
namespace {

Duration elapsed(const TaskRun& task, WallTime now) {
  const bool runs = task.state == TaskState::running && task.started_at.us != 0;
  return runs ? std::max(Duration(0), now - task.started_at) : Duration(0);
}

// What each task still needs: 0 when terminal, the mean of the known ones when never seen.
std::vector<Duration> remaining_each(const Dag& dag, const Run& run, const TaskHistory& history,
                                     Duration mean, WallTime now) {
  std::vector<Duration> remaining(dag.task_count);
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    if (is_terminal(run.tasks[i].state)) continue;
    const Duration whole = history[i].value_or(mean);
    remaining[i] = std::max(Duration(0), whole - elapsed(run.tasks[i], now));
  }
  return remaining;
}

}  // namespace

std::optional<Duration> percentile(std::vector<Duration> values, int percent) {
  CHECK(percent >= 1 && percent <= 100);
  if (values.empty()) return std::nullopt;
  const std::size_t rank = (values.size() * static_cast<std::size_t>(percent) + 99) / 100;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

TaskHistory expected_durations(const Dag& dag,
                               const std::map<std::string, std::vector<Duration>>& by_task) {
  TaskHistory expected(dag.tasks.size());
  for (std::size_t i = 0; i < dag.tasks.size(); ++i) {
    const auto seen = by_task.find(dag.tasks[i].id);
    if (seen != by_task.end()) expected[i] = percentile(seen->second, 50);
  }
  return expected;
}

std::optional<Duration> remaining_time(const Dag& dag, const Run& run, const TaskHistory& history,
                                       int slots, WallTime now) {
  CHECK(history.size() >= dag.task_count && slots >= 1);
  std::int64_t open = 0, known_open = 0, known = 0;
  Duration sum{0};
  for (TaskIndex i = 0; i < dag.task_count; ++i) {
    if (history[i]) {
      ++known;
      sum += *history[i];
    }
    if (is_terminal(run.tasks[i].state)) continue;
    ++open;
    if (history[i]) ++known_open;
  }
  if (open == 0 || known == 0 || known_open * 2 < open) return std::nullopt;
  const auto remaining = remaining_each(dag, run, history, sum / known, now);
  Duration work{0};
  for (const Duration d : remaining) work += d;
  return std::max(longest_chain(dag, remaining), work / slots);
}

}  // namespace tidemill
