// Removes old runs with everything that belongs to them. What an instant, a backfill or a trigger
// decided stays, with the number of a run that is no longer there: numbers are never used again.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// What is kept of runs that have ended. Unfinished ones always are.
struct RetentionRule {
  Duration age{};         // since the end; 0 = for ever
  std::int64_t runs = 0;  // the newest so many of each dag; 0 = all
  // What ended so recently is left: others may still decide about its end.
  Duration rest = std::chrono::minutes(10);

  bool keeps_all() const { return age == Duration{} && runs == 0; }
};

struct OldRun {
  RunId run;
  std::int64_t tasks = 0;
};
// What the rule no longer keeps, oldest first within a dag, at most `most`. Any connection.
Result<std::vector<OldRun>> find_old_runs(Database& database, const RetentionRule& rule,
                                          WallTime now, std::size_t most);

// On the writing connection, in its transaction. Runs that are unfinished again, or gone, are left
// out. Answers with those that were removed.
Result<std::vector<RunId>> remove_runs(Database& database, const std::vector<RunId>& runs);
// Runs that were removed and whose logs may still be there. Any connection.
Result<std::vector<RunId>> removed_runs(Database& database, std::size_t most);
// Their logs are gone. As remove_runs().
Status forget_removed_runs(Database& database, const std::vector<RunId>& runs);

// The tables with rows of a run, those that are referred to last. A test compares them with the
// schema.
std::span<const std::string_view> tables_of_runs();

// Whether the run is there and has ended. Any connection.
Result<bool> has_ended_run(Database& database, RunId run);

}  // namespace tidemill
