// Approvals: what waits for a person's answer, and the answers.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> approval_routes(Context& context);

}  // namespace tidemill::api
