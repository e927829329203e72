// `tidemill doctor`: what a scheduler on this machine would stumble over, one line each with what
// to do. It changes nothing.
#pragma once

#include "cli/settings.h"

namespace tidemill {

struct DoctorCommand {
  SettingSources sources;
  bool json = false;
};
int run_doctor(const DoctorCommand& options);

}  // namespace tidemill
