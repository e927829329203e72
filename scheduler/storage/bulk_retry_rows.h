// Rows of retries of many runs at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/bulk_retry.h"

namespace tidemill {

struct BulkRetryRow {
  enum class State : std::uint8_t {
    open,
    done,
    stopped,  // too many failed again; the rest was dropped
    cancelled,
  };
  std::int64_t id = 0;
  std::string filter = "{}";  // JSON object, as it was asked for
  BulkRetryRule rule;
  std::string reason;
  State state = State::open;
  std::string note;  // why it stopped; who cancelled it
  std::string created_by;
  WallTime created_at, ended_at;  // ended_at: 0 = open
};

std::string_view to_word(BulkRetryRow::State state);
std::optional<BulkRetryRow::State> bulk_retry_state_from(std::string_view word);

struct BulkRetryRunRow {
  std::int64_t retry = 0;
  std::int64_t position = 0;  // 0, 1, … in the order in which they are retried
  RunId run;
  std::string dag;
  std::int64_t control_seq = 0;     // RunRow::control_seq when it was chosen
  std::vector<std::int64_t> tasks;  // indices that were chosen; empty = all that failed
  std::string note;                 // skipped, cancelled: why
  BulkItem item;                    // item.run is read only
};

// What one turn changed; part of Batch.
struct BulkRetryRows {
  std::vector<BulkRetryRow> retries;      // whole row, new or changed
  std::vector<BulkRetryRunRow> new_runs;  // with their retry
  std::vector<BulkRetryRunRow> runs;      // changed: state and note

  std::size_t row_count() const { return retries.size() + new_runs.size() + runs.size(); }
  bool empty() const { return row_count() == 0; }
};

}  // namespace tidemill
