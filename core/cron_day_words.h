// The days and months of a cron expression in words.
#pragma once

#include <string>

#include "core/cron.h"

namespace tidemill {

// "Monday to Friday", "on the 1st of the month or on Mondays"; empty when every day matches.
std::string day_words(const Cron& cron);

// " in June to August"; empty when every month matches.
std::string month_words(const Cron& cron);

}  // namespace tidemill
