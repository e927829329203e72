// Who is on call in place of whom the file of alerts says, as rows. On any connection; what writes,
// inside a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct OverrideRow {
  std::int64_t id = 0;  // 0 = not stored yet
  std::string rotation;
  std::vector<std::string> users;  // never empty
  WallTime from, until;
  std::string reason, by;
  WallTime created_at, removed_at;  // 0 = it counts
  std::string removed_by;
};

// Those that are not removed and end after `after`, oldest first: the later wins.
Result<std::vector<OverrideRow>> read_overrides(Database& database, WallTime after);
Result<std::optional<OverrideRow>> read_override(Database& database, std::int64_t id);
// Inserts, and sets the id.
Status add_override(Database& database, OverrideRow& row);
Status remove_override(Database& database, std::int64_t id, WallTime at, const std::string& by);

}  // namespace tidemill
