// Pictures over many runs, as compact as a browser can draw them from: the grid of runs and tasks,
// the calendar of a year, and the strip of time over all dags.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> overview_routes(Context& context);

}  // namespace tidemill::api
