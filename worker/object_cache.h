// What a worker of another machine keeps of artifacts, for tasks that need them again: at most so
// much, the longest unused goes first. The time of last access of an object is when it was last
// wanted, whatever the file system makes of reading.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tidemill {

// True when the object is there, which from now on counts as wanted. Any thread.
bool want_object(const std::string& path);

struct CacheRules {
  std::uint64_t limit = 0;  // bytes
  // What was wanted since stays: an attempt that began with it may still need it.
  WallTime wanted_since;
};

// Removes objects below `root` (as Objects lays them out) until they fit, and returns how many
// bytes that were. What is wanted at the same moment by another thread stays or is found missing,
// never wanted and then removed. On the thread that stores and hands out objects.
Result<std::uint64_t> trim_objects(const std::string& root, const CacheRules& rules);

}  // namespace tidemill
