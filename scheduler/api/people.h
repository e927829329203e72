// Who may come in: sign-in, users and their grants, API tokens, secrets, the audit log.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> session_routes(Context& context);
std::vector<http::Route> account_routes(Context& context);  // users, grants, tokens
std::vector<http::Route> secret_routes(Context& context);
std::vector<http::Route> audit_routes(Context& context);

}  // namespace tidemill::api
