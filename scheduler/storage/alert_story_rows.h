// What an alert tells, as far as it is rows: the last success before a failure, deadlines ahead,
// and tasks that wait for something outside. On any connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// The newest run before `before` in which the task succeeded; an empty task: which succeeded
// itself. Looks at so many runs before it as may matter to a person, not at all of a long history.
Result<std::optional<RunId>> last_success(Database& database, const std::string& dag,
                                          const std::string& task, RunId before);

// When the newest run that succeeded ended; 0 = none did. Runs of `tidemill run` do not count.
Result<WallTime> end_of_last_success(Database& database, const std::string& dag);

struct DeadlineAhead {
  RunId run;
  std::string dag;
  WallTime due_at;
};
// Of runs that have not ended, due after `now`, the nearest first, at most `limit`.
Result<std::vector<DeadlineAhead>> deadlines_ahead(Database& database, WallTime now, int limit);

struct AwaitingTask {
  RunId run;
  TaskIndex index = 0;
  std::string dag, task;
  std::int64_t version = 0;
  std::string directory;  // of the run
};
// Tasks that hold no slot and wait, oldest run first, at most `limit`.
Result<std::vector<AwaitingTask>> awaiting_tasks(Database& database, int limit);

}  // namespace tidemill
