// Versions of a dag: which there were, what each consists of, and what differs between two.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> version_routes(Context& context);

}  // namespace tidemill::api
