// Who holds what and who waits, as far as the database tells: for explaining a ready task while its
// scheduler is another process. Rows know slots, labels, pools and live attempts; what memory,
// cores and devices the workers have is known to the scheduler alone.
#pragma once

#include "cli/stored_run.h"
#include "core/explain.h"

namespace tidemill {

struct StoredPlacement {
  Placement placement;
  TaskNamer namer;  // of the tasks of all unfinished runs
};

// nullopt when there are too many unfinished runs to read them all for one answer.
Result<std::optional<StoredPlacement>> load_placement(RunReader& reader);

}  // namespace tidemill
