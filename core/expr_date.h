// The `date` function of expressions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

// Writes an RFC 3339 time, or a date alone (midnight UTC), by a pattern, in UTC. Only the letters
// named in the function's sentence are known; any other is an error.
Result<std::string> date_text(std::string_view time, std::string_view pattern);

}  // namespace tidemill
