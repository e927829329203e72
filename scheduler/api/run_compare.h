// GET /api/v1/runs/{run}/compare/{other}: parameters, version, tasks and results of two runs.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

Result<http::Response> compare_runs(Context& context, const http::Request& request);

}  // namespace tidemill::api
