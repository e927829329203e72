// Where the body ends and what happens to the connection. Bodies have a Content-Length; there are
// no chunks, no trailers, no encodings, so nothing can hide between two requests.
#pragma once

#include <optional>

#include "scheduler/http/admission.h"

namespace tidemill::http {

// Sets content_length, expects_continue and keep_alive.
std::optional<Refusal> check_framing(Admission& out);

}  // namespace tidemill::http
