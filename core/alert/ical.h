// A rotation as a calendar that other programs subscribe to: RFC 5545, times in UTC, lines of at
// most 75 bytes that end with CRLF.
#pragma once

#include <string>

#include "core/alert/rotation.h"

namespace tidemill {

// One event for each shift that begins before `until`, from the one at `now` on. An event keeps its
// UID as long as the shift begins at the same moment. Times at which nobody is on call have none.
std::string rotation_calendar(const Rotation& rotation, WallTime now, WallTime until);

}  // namespace tidemill
