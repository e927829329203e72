// The API token of whoever calls: $TIDEMILL_TOKEN, the file $TIDEMILL_TOKEN_FILE, or
// ~/.config/tidemill/token ($XDG_CONFIG_HOME). Never on the command line, which every user of the
// machine can read.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemill::client {

// Empty when there is none. A file that others may read is refused, and so is one that was named
// and is not there.
Result<std::string> read_token();

}  // namespace tidemill::client
