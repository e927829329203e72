// What is wrong, and who takes care of it.
#pragma once

#include <vector>

#include "scheduler/api/context.h"

namespace tidemill::api {

std::vector<http::Route> alert_routes(Context& context);
// Where messages go, tests of that, and what became of a message.
std::vector<http::Route> channel_routes(Context& context);
// What other services say: PagerDuty and Alertmanager.
std::vector<http::Route> hook_in_routes(Context& context);
// The page behind the links of messages, for whoever has the link.
std::vector<http::Route> ack_page_routes(Context& context);

}  // namespace tidemill::api
