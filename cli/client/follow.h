// One run as it goes on, seen from another process: the same view as `tidemill run`, fed by the
// API instead of by the scheduler's commits.
#pragma once

#include <optional>
#include <string>

#include "cli/client/api.h"

namespace tidemill::client {

struct FollowOptions {
  int fd = 1;           // where to show it
  bool quiet = false;   // show nothing
  bool json = false;    // one line of JSON for each event instead
  Duration patience{};  // 0 = without limit
};

// Until the run has ended: its state then; nullopt when patience ran out.
Result<std::optional<std::string>> follow_run(Api& api, std::int64_t run,
                                              const FollowOptions& options);

}  // namespace tidemill::client
