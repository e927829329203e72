// What an operator makes of instants that a pause or a freeze held back (or that were missed): run
// none, the last one of each schedule, or all of them. The instants come from their rows; nothing
// is due by itself any more.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/timetable.h"

namespace tidemill {

enum class Release : std::uint8_t { none, last, all };

std::string_view to_word(Release release);
std::optional<Release> release_from(std::string_view word);

struct HeldInstant {
  std::string schedule_key;
  WallTime instant;
  Decision decision = Decision::paused;
};

struct ReleasePlan {
  std::vector<InstantDecision> runs;  // by instant; each with `replaces`
  std::size_t left = 0;               // held instants that keep their decision
  std::string words;                  // "2 of 14 held instants run; …"
};

// Of `held`, rows of schedules that the dag no longer has stay as they are. At most the newest
// catch_up.cap instants of each schedule run, and no more than on_overlap allows; the rest is a
// matter for a backfill. `input.holds` is not asked: the operator's word ends the hold.
ReleasePlan plan_release(const TimetableInput& input, const std::vector<HeldInstant>& held,
                         Release release, WallTime now);

// For the question itself: "14 instants were held: none runs nothing, last runs 1, all runs 14".
std::string release_question(const TimetableInput& input, const std::vector<HeldInstant>& held,
                             WallTime now);

}  // namespace tidemill
