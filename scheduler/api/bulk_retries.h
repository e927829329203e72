// Retries of many runs at once: the exact list first, then, confirmed by its token, the deed.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> bulk_retry_routes(Context& context);

}  // namespace tidemill::api
