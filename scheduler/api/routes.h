// Every route of the API, in one table.
#pragma once

#include "scheduler/api/context.h"

namespace tidemill::api {

// `context` must outlive the server.
http::RouteTable all_routes(Context& context);

}  // namespace tidemill::api
