// What attempts of tasks left as files, to be looked through and downloaded.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> artifact_routes(Context& context);

}  // namespace tidemill::api
