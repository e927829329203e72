// What operators do to runs: trigger, cancel, pause, clear, mark.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> control_routes(Context& context);

}  // namespace tidemill::api
