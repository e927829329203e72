// Rows about datasets as plain values: their updates, and the runs that those start.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/time.h"
#include "core/decision.h"

namespace tidemill {

// One success of a task that publishes. Never changes.
struct DatasetUpdateRow {
  std::int64_t id = 0;  // rises with every update of any dataset; given by the writer
  std::string dataset;
  WallTime at;
  std::string dag;
  RunId run;  // may have been removed since
  std::string task;
  AttemptId attempt;
};

// Which updates count for a dag.
struct DatasetTriggerRow {
  std::string dag;
  std::string datasets;  // names, sorted, with commas
  bool any = false;
  bool active = true;
  std::int64_t seen = 0;  // updates up to this one are decided, or of no concern; never goes back
};

// What became of the updates since the last decision. Never written twice.
struct DatasetStartRow {
  std::string dag;
  std::string datasets;
  std::int64_t seen = 0;       // the newest of the updates
  std::string updates = "[]";  // JSON: [{"dataset", "update", "run", "dag", "task"}]
  Decision decision = Decision::run;
  RunId run;      // set exactly when the decision is run
  int depth = 1;  // how many runs started each other, up to `run`
  std::string reason;
  WallTime decided_at;
};

}  // namespace tidemill
