// What earlier runs say about one that goes on: that it will miss its deadline, that it takes far
// longer than it should. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/dag.h"
#include "core/eta.h"
#include "core/run.h"

namespace tidemill {

// The 90th percentile of each task; a task of which fewer than kEnoughSeen successes are known
// counts as never seen.
TaskHistory feared_durations(const Dag& dag,
                             const std::map<std::string, std::vector<Duration>>& by_task);
inline constexpr std::size_t kEnoughSeen = 3;

// When the run is done if nothing goes faster than that: now and the longest chain of what is left.
// None when too little is known of its tasks, or it has ended.
std::optional<WallTime> feared_end(const Dag& dag, const Run& run, const TaskHistory& feared,
                                   WallTime now);

// Half as long again as 95 of 100 good runs took; `good` are the last of them. None when fewer than
// ten are known.
std::optional<Duration> slow_after(const std::vector<Duration>& good);
// The same of one task, but never less than a minute beyond: short tasks vary more.
std::optional<Duration> task_slow_after(const std::vector<Duration>& good);

}  // namespace tidemill
