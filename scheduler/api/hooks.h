// POST /api/v1/hooks/{name}: other programs start runs by a signed call.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> hook_routes(Context& context);

}  // namespace tidemill::api
