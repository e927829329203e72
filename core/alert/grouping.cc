#include "core/alert/grouping.h"

#include <algorithm>

namespace tidemill {

GroupPlace place_in_group(const std::optional<GroupNeighbour>& neighbour, AlertSeverity severity,
                          Duration wait, WallTime now) {
  if (!neighbour || severity < neighbour->severity) return {now, false};
  const WallTime latest = now + wait;
  if (neighbour->due_at > now) {
    // One that could not be sent is tried again much later, which is too late for others.
    return {std::min(neighbour->due_at, latest), neighbour->is_held && neighbour->due_at <= latest};
  }
  return {std::max(now, neighbour->due_at + wait), false};
}

}  // namespace tidemill
