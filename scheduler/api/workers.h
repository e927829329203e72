// Workers: who they are, what they run, their tokens, and what people decide about them.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> worker_routes(Context& context);

}  // namespace tidemill::api
