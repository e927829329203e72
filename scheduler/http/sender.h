// Who sends a request and whether they may: the one gate in front of every handler and stream.
#pragma once

#include <optional>

#include "scheduler/http/route.h"
#include "scheduler/http/server.h"
#include "scheduler/http/status.h"

namespace tidemill::http {

// Sets request.who. A dag that the sender may not read is answered like one that does not exist.
std::optional<Refusal> check_sender(const Authenticate& authenticate, const Route& route,
                                    Request& request);

}  // namespace tidemill::http
