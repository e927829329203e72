// Where Tidemill keeps its database, logs, artifacts and sockets, and the paths inside. Order:
// --data-dir, $TIDEMILL_DATA_DIR, $STATE_DIRECTORY (systemd), $XDG_DATA_HOME/tidemill,
// ~/.local/share/tidemill.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill {

// Absolute. Not created here.
Result<std::string> resolve_data_dir(const std::string& flag);

std::string log_path(const std::string& data_dir, std::int64_t run, std::int64_t attempt);

// The program that runs now, for starting its other processes with the same one.
Result<std::string> own_binary();

}  // namespace tidemill
