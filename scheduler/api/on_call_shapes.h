// The shapes of silences and of who is on call.
#pragma once

#include <vector>

#include "scheduler/api/schemas.h"

namespace tidemill::api {

std::vector<Shape> on_call_shapes();

}  // namespace tidemill::api
