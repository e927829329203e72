// One run in time, and two runs side by side.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> run_timeline_routes(Context& context);

}  // namespace tidemill::api
