// What tasks wrote, in ranges.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> log_routes(Context& context);

}  // namespace tidemill::api
