// Reads retries of many runs at once, and finds the runs for one, on a connection of its own that
// cannot write. Each call is one statement. One thread per reader.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/words.h"
#include "scheduler/storage/bulk_retry_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// Runs that have ended so, with a task that did, where a task or a cause is named. Empty and 0 mean
// any.
struct UnwellFilter {
  std::string dag, task;
  RunState state = RunState::failed;  // failed, partial or cancelled
  std::optional<Cause> cause;
  WallTime from{INT64_MIN}, until{INT64_MAX};  // when the run ended: [from, until)
};

struct UnwellRun {
  RunId run;
  std::string dag;
  std::vector<std::int64_t> tasks;  // that match; empty when neither task nor cause is named
};

class BulkRetryReader {
 public:
  static Result<BulkRetryReader> open(const std::string& path, const std::string& vfs = "");

  // Oldest run first, at most `limit`.
  Result<std::vector<UnwellRun>> find(const UnwellFilter& filter, std::size_t limit);

  // Newest first; `before` pages (0 = from the newest).
  Result<std::vector<BulkRetryRow>> retries(std::int64_t before, int limit);
  Result<BulkRetryRow> retry(std::int64_t id);
  Result<std::vector<BulkRetryRow>> open_retries();  // oldest first
  Result<std::vector<BulkRetryRunRow>> runs(std::int64_t retry);
  Result<std::int64_t> next_id();

 private:
  explicit BulkRetryReader(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace tidemill
