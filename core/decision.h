// What was decided about one instant of a schedule. The words are the same in SQL, JSON and the UI.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemill {

enum class Decision : std::uint8_t {
  run,                  // a run was made
  missed,               // it was due while nobody looked, and the catch-up policy does not want it
  capped,               // catch-up wants it, but more were due than are caught up at once
  paused,               // the dag was paused
  overlapping,          // on_overlap forbids a run beside the unfinished ones
  frozen,               // all schedules were frozen
  skipped_by_backfill,  // an open backfill runs it
};

inline constexpr int kDecisionCount = 7;

std::string_view to_word(Decision decision);
std::optional<Decision> decision_from(std::string_view word);

}  // namespace tidemill
