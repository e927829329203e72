// Changes of people (scheduler/people) as answers of the API.
#pragma once

#include "scheduler/api/context.h"
#include "scheduler/people/change.h"

namespace tidemill::api {

// Stores the change with its audit entry.
Result<Json> store(Context& context, const http::Request& request, tidemill::Change change);
// The same, answering {key: name}.
Result<http::Response> answer_store(Context& context, const http::Request& request,
                                    tidemill::Change change, std::string_view key,
                                    const std::string& name, int status = 200);

}  // namespace tidemill::api
