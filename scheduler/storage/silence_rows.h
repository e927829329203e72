// Silences as rows, and which runs led to a run. On any connection; what writes, inside a
// transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert/silence.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct SilenceRow {
  enum class State : std::uint8_t { waiting, active, over } state = State::waiting;
  std::int64_t id = 0;  // 0 = not stored yet
  Silence silence;
  WallTime created_at, ended_at;  // 0 = is not over
  std::string ended_by;           // empty = its time
};
std::string_view to_word(SilenceRow::State state);

// By id, newest first; open ones are waiting or active.
Result<std::vector<SilenceRow>> read_silences(Database& database, bool open_only, int limit);
Result<std::optional<SilenceRow>> read_silence(Database& database, std::int64_t id);
// Those whose beginning or end has come, and that do not know it.
Result<std::vector<SilenceRow>> read_due_silences(Database& database, WallTime now);
// The next of these moments; none when there is none.
Result<std::optional<WallTime>> next_silence_due(Database& database);

// Inserts, and sets the id.
Status add_silence(Database& database, SilenceRow& row);
Status begin_silence(Database& database, std::int64_t id);
Status end_silence(Database& database, std::int64_t id, WallTime at, const std::string& by);

// The runs whose end or data started this one, and those that started them; at most 32.
Result<std::vector<LeadingRun>> read_leading_runs(Database& database, std::uint64_t run);

}  // namespace tidemill
