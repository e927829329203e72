// Moments in tests as people write them.
#pragma once

#include "base/time.h"

namespace tidemill::testing {

// RFC 3339, as at("2026-05-04T00:00:00Z").
inline WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

}  // namespace tidemill::testing
