// `tidemill validate PATH…`: checks DAG files and folders without running anything.
#pragma once

#include <string>
#include <vector>

namespace tidemill {

struct ValidateOptions {
  std::vector<std::string> paths;  // files and folders
  std::string format = "human";    // human, json, github, sarif
  std::string alerts = {};         // the file of alerts; empty = policies are not looked up
};

// 0 = no errors (warnings are fine), 1 = errors, 2 = a wrong option, 3 = a path does not exist.
int run_validate(const ValidateOptions& options);

}  // namespace tidemill
