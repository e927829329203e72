// One scheduler per data directory: a lock that the kernel releases however its holder ends.
#pragma once

#include <string>

#include "base/fd.h"

namespace tidemill {

// Holds <data>/scheduler.lock and writes our pid into it. `conflict` names the other holder's pid.
Result<Fd> lock_data_directory(const std::string& data_dir);

// Does anybody hold the lock file at `path`? False when there is no such file.
bool is_locked(const std::string& path);

}  // namespace tidemill
