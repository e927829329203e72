// Requests that change something must come from our own pages or from a program that carries its
// own proof: a foreign page can make a browser send anything but these headers.
#pragma once

#include <optional>

#include "scheduler/http/request.h"
#include "scheduler/http/status.h"

namespace tidemill::http {

// Sec-Fetch-Site must be same-origin or none; without it Origin must be Host; without both only an
// Authorization header, which no browser adds by itself, and no cookie will do. On the local
// socket, which no browser reaches, a request without any of these passes.
std::optional<Refusal> check_origin(const Request& request);

}  // namespace tidemill::http
