// How long a run will still take, from how long its tasks took before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// How long each task takes, by earlier successes: the median of them for what is likely, a higher
// percentile for what is feared; nullopt = never seen.
using TaskHistory = std::vector<std::optional<Duration>>;

// The smallest value that at least `percent` (1 to 100) of a hundred of them do not exceed; none of
// no values.
std::optional<Duration> percentile(std::vector<Duration> values, int percent);

// The median of each task.
TaskHistory expected_durations(const Dag& dag,
                               const std::map<std::string, std::vector<Duration>>& by_task);

// The larger of the remaining critical path and remaining work spread over the slots. nullopt when
// more than half of the remaining tasks were never seen, because a number would be made up.
std::optional<Duration> remaining_time(const Dag& dag, const Run& run, const TaskHistory& history,
                                       int slots, WallTime now);

}  // namespace tidemill
