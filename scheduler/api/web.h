// The web UI: its files by their paths, and its page at every other path that is not of the API, so
// that an address copied from the browser opens again.
#pragma once

#include "scheduler/http/route.h"

namespace tidemill::api {

// For RouteTable's `otherwise`. Public: what it shows comes from the API, which asks who it is.
http::Route web_route();

}  // namespace tidemill::api
