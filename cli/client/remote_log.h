// The log of an attempt through the API, for schedulers whose files are on another machine.
#pragma once

#include "cli/client/api.h"
#include "cli/commands.h"

namespace tidemill::client {

Status print_remote_log(Api& api, const LogsCommand& options);

}  // namespace tidemill::client
