// What is wrong, and who takes care of it.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> alert_routes(Context& context);

}  // namespace tidemill::api
