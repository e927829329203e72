// `tidemill alerts report`.
#pragma once

#include <string>

#include "cli/client/options.h"

namespace tidemill::client {

struct AlertReportCommand : ClientOptions {
  std::string from, until, zone;  // empty = as the API has it
  bool csv = false;
};
int run_alert_report(const AlertReportCommand& options);

}  // namespace tidemill::client
