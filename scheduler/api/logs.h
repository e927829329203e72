// What tasks wrote, in ranges.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> log_routes(Context& context);

// For a reader of the topic "log:RUN/TASK/NUMBER": from now on it is told when that attempt's log
// grows. `not_found` when the sender may not read it.
Status watch_log(Context& context, const http::Request& request, std::string_view topic);

}  // namespace tidemill::api
