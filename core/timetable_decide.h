// The rules by which due instants of one dag are decided. All of them set decision and reason of
// entries that plan_timetable and plan_release made.
#pragma once

#include <vector>

#include "core/timetable.h"

namespace tidemill {

// What hold, backfill or catch-up say, for the entries of one schedule in rising order.
void decide_one_schedule(const TimetableInput& input, WallTime now,
                         std::vector<InstantDecision>& entries);

// What on_overlap says about all entries of the dag, in rising order, that would run.
void settle_overlap(const TimetableInput& input, std::vector<InstantDecision>& entries);

}  // namespace tidemill
