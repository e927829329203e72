// How long a run will still take, from how long its tasks took before.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// How long each task takes, by earlier successes: the median of them for what is likely, a higher
// percentile for what is feared; nullopt = never seen.
using TaskHistory = std::vector<std::optional<Duration>>;

// The larger of the remaining critical path and remaining work spread over the slots. nullopt when
// more than half of the remaining tasks were never seen, because a number would be made up.
std::optional<Duration> remaining_time(const Dag& dag, const Run& run, const TaskHistory& history,
                                       int slots, WallTime now);

}  // namespace tidemill
