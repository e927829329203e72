// `tidemill next`: when a cron expression will fire, so that an author can try it before a DAG has
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tidemill {

struct NextOptions {
  std::string cron{};
  std::string timezone = "UTC";
  std::string from{};      // RFC 3339; empty = now. The first answer is after it, never equal to it
  std::int64_t count = 5;  // 1 to 100,000
  std::string gap = "run_after";  // or skip
  std::string fold = "first";     // or both
  bool json = false;
};

// Rising; fewer than `count` only at the end of the year 9998.
Result<std::vector<WallTime>> next_times(const NextOptions& options);

// Prints one UTC time a line, or one line of JSON with the local times and the schedule in words.
// Returns the exit code: 0, 2 for bad input, 1 when the time zone database cannot be read.
int run_next(const NextOptions& options);

}  // namespace tidemill
