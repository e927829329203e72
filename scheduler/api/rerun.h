// POST /api/v1/runs/{run}/rerun: a new run from one that has ended, with what differs.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

Result<http::Response> rerun(Context& context, const http::Request& request);

}  // namespace tidemill::api
