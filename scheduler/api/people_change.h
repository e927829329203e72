// Changes of people (scheduler/people) as answers of the API.
#pragma once

#include "scheduler/api/context.h"
#include "scheduler/people/change.h"

namespace tidemill::api {

// Stores the change with its audit entry; what it says is the answer.
Result<Json> store(Context& context, const http::Request& request, tidemill::Change change);
Result<http::Response> answer_store(Context& context, const http::Request& request,
                                    tidemill::Change change, int status = 200);

}  // namespace tidemill::api
