// The log of a background process of ours, which outlives the terminal and the pipes of whoever
// started it: opened for appending, cut to its end when it has become large.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"

namespace tidemill {

inline constexpr std::int64_t kOwnLogBytes = 1 << 20;       // cut at the next start beyond this
inline constexpr std::int64_t kOwnLogKeptBytes = 64 << 10;  // what is left then

struct OwnLog {
  Fd fd;
  std::int64_t begin = 0;  // what is written from now on begins here
};

Result<OwnLog> open_own_log(const std::string& path);

// The last line that was written at `begin` or later, printable and at most 500 bytes; empty when
// there is none.
std::string last_line_since(const std::string& path, std::int64_t begin);

}  // namespace tidemill
