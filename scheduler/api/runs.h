// Runs and their tasks, to look at.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> run_routes(Context& context);

}  // namespace tidemill::api
