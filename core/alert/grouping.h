// When a message about an alert goes out that is one of several of its DAG. The first is told at
// once; what comes within the time to wait is held back and told together at its end, as one
// message that lists them. Grouping as in Alertmanager, but nobody waits for the first.
#pragma once

#include <optional>

#include "core/alert/alert.h"

namespace tidemill {

// The newest message of the same kind to the same recipient about another alert of the DAG.
struct GroupNeighbour {
  WallTime due_at;       // when it was or is to be told
  bool is_held = false;  // nobody has tried to send it yet
  AlertSeverity severity = AlertSeverity::error;
};

struct GroupPlace {
  WallTime due_at;
  bool joins = false;  // it goes out with the neighbour
};

// `wait` > 0. What is more urgent than the neighbour is told at once.
GroupPlace place_in_group(const std::optional<GroupNeighbour>& neighbour, AlertSeverity severity,
                          Duration wait, WallTime now);

}  // namespace tidemill
