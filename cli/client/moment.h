// Times on the command line.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tidemill::client {

// RFC 3339, or a date, which is its first moment in UTC. `option` is for the error.
Result<WallTime> parse_moment(const std::string& option, const std::string& text);

// As parse_moment, or a duration ("90d"), which is so long after `now`.
Result<WallTime> parse_later(const std::string& option, const std::string& text, WallTime now);

}  // namespace tidemill::client
