// Own lines in the log of an attempt that has ended, when nobody else writes to it any more.
#pragma once

#include <string>
#include <vector>

namespace tidemill {

// A log that cannot be written changes nothing else.
void append_own_lines(const std::string& log_path, const std::vector<std::string>& texts);

}  // namespace tidemill
