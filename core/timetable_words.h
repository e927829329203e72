// The sentences that say why an instant did not run, or ran late.
#pragma once

#include <string>

#include "core/timetable.h"

namespace tidemill {

// "catchup is none", "catchup is latest".
std::string_view to_word(Catchup::Mode mode);

std::string caught_up_reason(WallTime instant, WallTime now, Catchup::Mode mode);
std::string missed_reason(WallTime instant, WallTime now, const CatchUpPolicy& policy);
std::string capped_reason(const CatchUpPolicy& policy);
std::string waiting_capped_reason(std::size_t unfinished);
std::string hold_reason(const Hold& hold, WallTime instant);
std::string backfill_reason(const OpenBackfill& backfill);
std::string skip_reason(int max_active_runs);
std::string newer_reason();
std::string replaced_reason();
std::string block_reason(const InstantDecision& block, const std::string& why);

}  // namespace tidemill
