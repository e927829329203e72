// One scheduler per data directory: a lock that the kernel releases however its holder ends.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"

namespace tidemill {

// Holds <data>/scheduler.lock and writes our pid into it. `conflict` names the other holder's pid.
Result<Fd> lock_data_directory(const std::string& data_dir);

// Does anybody hold the lock file at `path`? False when there is no such file.
bool is_locked(const std::string& path);

// The highest epoch that the worker in this folder has obeyed; 0 = none yet. It obeys no scheduler
// with a lower one, so that one from a restored copy cannot end what a newer one started.
Result<std::int64_t> obeyed_epoch(const std::string& data_dir);

}  // namespace tidemill
