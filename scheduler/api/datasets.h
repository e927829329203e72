// GET /api/v1/datasets: what is published, when it was updated last, and what that starts.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> dataset_routes(Context& context);

}  // namespace tidemill::api
