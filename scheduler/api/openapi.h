// The OpenAPI 3.1 file of the API, made from the table of routes and the shapes, so that it cannot
// say anything else than what is served.
#pragma once

#include "base/json.h"
#include "scheduler/http/route.h"

namespace tidemill::api {

Json openapi(const std::vector<http::Route>& routes, const std::string& version);

}  // namespace tidemill::api
