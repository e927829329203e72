// The request target: origin form only, decoded once, with nothing in it that a second reader (a
// proxy, a file system, a log) could read differently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/http/request.h"

namespace tidemill::http {

struct Target {
  std::string path;  // decoded
  std::vector<std::string> segments;
  Query query;
};

// Refuses, as `invalid`: other forms than "/path?query", bytes that a URI may not have, bad
// escapes, decoded slashes, backslashes, control characters and NULs, `.` and `..`, empty segments,
// text that still has an escape after decoding, and what is not UTF-8 (overlong forms included).
Result<Target> parse_target(std::string_view text);

}  // namespace tidemill::http
