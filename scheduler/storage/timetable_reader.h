// Reads what was decided about time, on a connection of its own that cannot write. Each call is one
// statement. One thread per reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/schedule_book.h"
#include "scheduler/storage/sqlite.h"
#include "scheduler/storage/timetable_rows.h"

namespace tidemill {

class TimetableReader {
 public:
  static Result<TimetableReader> open(const std::string& path, const std::string& vfs = "");

  Result<std::vector<DagRow>> dags();  // by name
  Result<std::optional<DagRow>> dag(const std::string& name);

  Result<std::vector<ScheduleRow>> schedules(const std::string& dag);  // also ended ones
  Result<std::vector<KnownSchedule>> known_schedules(const std::string& dag);

  // Where planning goes on, after a start and after TimetablePlan::reload. When the clock was set
  // back that is `now`, with the decisions that were made while it was ahead.
  struct Position {
    WallTime decided_until;
    std::map<WallTime, Decision> decided;
  };
  Result<Position> position(const ScheduleRow& schedule, WallTime now);

  // In [from, until), newest first, of all schedules of the dag.
  Result<std::vector<InstantRow>> instants(const std::string& dag, WallTime from, WallTime until,
                                           int limit);
  Result<std::vector<InstantBlockRow>> blocks(const std::string& dag, int limit);  // newest first
  // What the decision held back since `from`, at most the newest `limit`, rising: what an operator
  // may release.
  Result<std::vector<HeldInstant>> held(const std::string& dag, Decision decision, WallTime from,
                                        int limit);
  // The newest run of each instant in [from, until), made by the timetable or by a backfill.
  Result<std::vector<InstantRun>> runs(const std::string& dag, const std::string& schedule_key,
                                       WallTime from, WallTime until);

  // Newest first; `before` pages (0 = from the newest). An empty name means every dag.
  Result<std::vector<BackfillRow>> backfills(const std::string& dag, std::int64_t before,
                                             int limit);
  Result<BackfillRow> backfill(std::int64_t id);
  Result<std::vector<BackfillRow>> open_backfills();  // oldest first
  Result<std::vector<BackfillSlotRow>> slots(std::int64_t backfill);
  Result<std::int64_t> next_backfill();

  Result<std::vector<FreezeRow>> freezes(int limit);   // newest first
  Result<std::vector<FreezeRow>> unsettled_freezes();  // oldest first
  Result<std::int64_t> next_freeze();

  Result<std::vector<DeadlineRow>>
  open_deadlines();  // due first; those without a time first of all
  Result<std::optional<DeadlineRow>> deadline(RunId run);
  Result<std::optional<IdempotencyRow>> idempotency(const std::string& scope,
                                                    const std::string& key);

  Result<std::vector<DagTriggerRow>> dag_triggers(const std::string& dag);  // also ended ones
  // Runs of `source` that ended at `since` or later and are not decided for `dag`, rising.
  Result<std::vector<RunId>> undecided_ends(const std::string& dag, const std::string& source,
                                            WallTime since);
  Result<std::optional<DagStartRow>> dag_start(const std::string& dag, RunId source_run);
  Result<int> start_depth(RunId run);  // 0 = no other run started it
  // Newest source first; `before` pages (0 = from the newest).
  Result<std::vector<DagStartRow>> dag_starts(const std::string& dag, RunId before, int limit);

 private:
  explicit TimetableReader(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace tidemill
