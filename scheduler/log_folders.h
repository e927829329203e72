// The logs of tasks on disk: <data>/logs/<run>/<attempt>.log. Every call reads or removes files and
// may take long; none belongs on the scheduler's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"

namespace tidemill {

struct LogFolder {
  RunId run;
  std::uint64_t bytes = 0;
};

// All of them with what they take, oldest run first. Names that are no run are left out.
Result<std::vector<LogFolder>> list_log_folders(const std::string& data_dir);
// No error when there is none.
Status remove_log_folder(const std::string& data_dir, RunId run);

}  // namespace tidemill
