// Cron is plain ASCII. What a document or chat program made of it (no-break spaces, full-width
// digits, long dashes) looks right and is not, so it is refused by name.
#pragma once

#include <string_view>

#include "base/result.h"

namespace tidemill {

Status check_cron_charset(std::string_view text);

}  // namespace tidemill
