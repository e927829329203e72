// What a person did to a run, as its event row tells it: who, why, to which tasks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/dag.h"
#include "core/event.h"

namespace tidemill {

struct ControlNote {
  std::string_view kind;      // of the event row
  std::string body;           // {"by": .., "reason": .., "tasks": [ids], "reach" or "to": ..}
  bool changes_ends = false;  // it may undo what has ended: clear and mark
};

// Nullopt when the event is nobody's doing. Of a cancel the run's own row says who and why.
std::optional<ControlNote> control_note(const Dag& dag, const Event& event);

}  // namespace tidemill
