// Who is on call, now and next, and in place of whom.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> on_call_routes(Context& context);

}  // namespace tidemill::api
