// How far each task of a run is from its end, by earlier runs: its own expected duration and the
// longest expected chain of tasks behind it. Started longest way first, a run ends about as early
// as its slots allow. This is the upward rank of HEFT without costs of communication (Topcuoglu,
// Hariri, Wu: Performance-Effective and Low-Complexity Task Scheduling for Heterogeneous Computing,
// IEEE TPDS 13(3), 2002), which goes back to Hu's level order (Operations Research 9(6), 1961).
#pragma once

#include <vector>

#include "core/eta.h"

namespace tidemill {

struct WayAhead {
  std::vector<Duration> expected;  // by task, as seen; 0 = never seen
  std::vector<Duration> way;       // by task; 0 of hooks
};

// Both are empty when no task was ever seen, because then nothing is known to order by, and when
// even the longest way is under kWorthOrdering: an order gains nothing there, and the noise of a
// few milliseconds would let each run of a small dag go differently. A task that was never seen
// counts as long as the mean of the others; one that only waits, and so holds no slot, as nothing.
// Every other counts as at least kLeastWay, so that of two chains that take no time the one of more
// tasks is longer. O(tasks + edges).
WayAhead way_ahead(const Dag& dag, const TaskHistory& history);

inline constexpr Duration kLeastWay = std::chrono::milliseconds(1);
inline constexpr Duration kWorthOrdering = std::chrono::milliseconds(500);
// No way is longer: damaged rows must not make sums overflow.
inline constexpr Duration kLongestWay = std::chrono::hours(24 * 365 * 100);

}  // namespace tidemill
