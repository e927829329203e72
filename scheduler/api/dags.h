// Dags: what there is, when it is due, and the words of operators about it.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> dag_routes(Context& context);

}  // namespace tidemill::api
