// The daemon itself: health, status, workers, the event stream, metrics, the OpenAPI file.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> system_routes(Context& context);
http::Route openapi_route(std::shared_ptr<const std::string> file);

}  // namespace tidemill::api
