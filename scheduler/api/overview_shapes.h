// The shapes of pictures over many runs, of versions of dags, and of one run in time.
#pragma once

#include <vector>

#include "scheduler/api/schemas.h"

namespace tidemill::api {

std::vector<Shape> overview_shapes();

}  // namespace tidemill::api
