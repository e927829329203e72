// Runs in bulk and their absence: backfills and freezes.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> plan_routes(Context& context);

}  // namespace tidemill::api
