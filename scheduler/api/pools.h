// GET /api/v1/pools: who has the slots of pools, and who waits for them.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> pool_routes(Context& context);

}  // namespace tidemill::api
