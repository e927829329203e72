// `tidemill config show`: every setting with its value, and where that comes from.
#pragma once

#include <string>

#include "cli/settings.h"

namespace tidemill {

struct ConfigCommand {
  std::string action;
  SettingSources sources;
  bool origin = false, json = false;
};
int run_config(const ConfigCommand& options);

}  // namespace tidemill
