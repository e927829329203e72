// The two day fields of a cron expression, with their words L, LW, 15W, 5L and 5#2.
#pragma once

#include <string_view>

#include "base/result.h"
#include "core/cron.h"

namespace tidemill {

// Fills in what `cron` says of days.
Status parse_cron_days(Cron& cron, std::string_view of_month, std::string_view of_week);

}  // namespace tidemill
