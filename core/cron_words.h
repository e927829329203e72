// A cron expression in words, for screens: "Monday to Friday at 09:00", "every 15 minutes".
#pragma once

#include <string>

#include "core/cron.h"

namespace tidemill {

// Without the zone, which the schedule knows.
std::string in_words(const Cron& cron);

}  // namespace tidemill
