// What is not to be told for a while.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> silence_routes(Context& context);

}  // namespace tidemill::api
