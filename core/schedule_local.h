// Walks local times through the periods of a zone. Within one period local and UTC time differ by a
// constant, so a rule for local times is asked once per period; the changes lie between periods.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/zone.h"

namespace tidemill {

struct ClockChanges {
  bool run_after_gap = true;    // due at the change if a skipped time would have been
  bool repeat_in_fold = false;  // due again when the clock shows a time the second time
};

// The first due UTC second in [from_s, until_s). `next_local(from, until)` yields the first
// matching local second in [from, until) or nullopt.
template <typename NextLocal>
std::optional<std::int64_t> next_in_zone(const NextLocal& next_local, ClockChanges changes,
                                         const Zone& zone, std::int64_t from_s,
                                         std::int64_t until_s) {
  const std::vector<Zone::Period>& periods = zone.periods();
  auto period = periods.begin() + (&zone.period_at(from_s) - periods.data());
  for (std::int64_t begin = from_s; begin < until_s; ++period) {
    const bool last = period + 1 == periods.end();
    const std::int64_t end = last ? until_s : std::min(until_s, (period + 1)->begin_s);
    std::int64_t local = begin + period->offset_s;
    if (period != periods.begin()) {
      const std::int64_t shown_before = period->begin_s + (period - 1)->offset_s;
      const bool gap_here = begin == period->begin_s && shown_before < local;
      if (gap_here && changes.run_after_gap && next_local(shown_before, local)) return begin;
      if (!changes.repeat_in_fold) local = std::max(local, shown_before);
    }
    if (local < end + period->offset_s) {
      if (const auto match = next_local(local, end + period->offset_s)) {
        return *match - period->offset_s;
      }
    }
    begin = end;
  }
  return std::nullopt;
}

}  // namespace tidemill
