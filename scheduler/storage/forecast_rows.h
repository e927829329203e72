// What forecasts are made of, and instants that were missed. On any connection; what writes, inside
// a transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct RunningRun {
  RunId run;
  std::string dag;
  WallTime started_at;
};
// Oldest first, at most `limit`; not of `tidemill run`, nor paused ones.
Result<std::vector<RunningRun>> running_runs(Database& database, int limit);

struct RunningTask {
  RunId run;
  std::string dag, task;
  WallTime started_at;  // of its attempt
};
// Of such runs, at most `limit`.
Result<std::vector<RunningTask>> running_tasks(Database& database, int limit);

// Exec to end of the successful attempts of each task in the last `runs` ended runs of the dag.
Result<std::map<std::string, std::vector<Duration>>> task_durations(Database& database,
                                                                    const std::string& dag,
                                                                    int runs);
// Of the last runs that succeeded, from their start to their end.
Result<std::vector<Duration>> good_run_durations(Database& database, const std::string& dag,
                                                 int runs);

// Of one dag, as far as alerts have not heard of it.
struct MissedInstants {
  std::string dag;
  std::int64_t up_to_seq = 0;
  WallTime first, last;
  std::int64_t count = 0;
  std::string reason;  // of the last
};
Result<std::vector<MissedInstants>> read_missed(Database& database, int limit);
Status drop_missed(Database& database, const MissedInstants& missed);

// The newest run of a dag; 0 = there is none.
Result<std::int64_t> newest_run_of(Database& database, const std::string& dag);
// False also when there is no such run any more.
Result<bool> is_unfinished(Database& database, RunId run);

}  // namespace tidemill
