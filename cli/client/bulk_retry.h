// `retry --where`: many runs at once.
#pragma once

#include "cli/client/api.h"
#include "cli/client/options.h"

namespace tidemill::client {

// Shows the exact list, asks, and has exactly that list retried.
Result<int> retry_many(Api& api, const RetryCommand& options);

}  // namespace tidemill::client
