// `tidemill policy check FILE`: checks the file of alerts, and prints whom it would call when.
// Nothing is sent, and no scheduler is asked.
#pragma once

#include <string>

namespace tidemill {

struct PolicyCommand {
  std::string action;  // check
  std::string file;
  std::string format = "human";  // human, json, github, sarif
  bool json = false;             // the same as format json
  bool who_is_called = false;
  std::string at;                  // RFC 3339; empty = now
  std::string severity = "error";  // of the alert
  std::string policy;              // empty = each of the file
};

// 0 = no errors (warnings are fine), 1 = errors, 2 = a wrong option, 3 = the file does not exist.
int run_policy(const PolicyCommand& options);

}  // namespace tidemill
