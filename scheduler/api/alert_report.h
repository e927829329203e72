// How alerts went over a time, and how many there are now.
#pragma once

#include <vector>

#include "scheduler/api/context.h"
#include "scheduler/storage/alert_report_rows.h"

namespace tidemill::api {

std::vector<http::Route> alert_report_routes(Context& context);

// Lines for Prometheus: how many are open, by state and severity; zeros too.
std::string alert_figures(const std::vector<OpenAlerts>& open);

}  // namespace tidemill::api
