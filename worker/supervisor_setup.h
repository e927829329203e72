// What a supervisor arranges for itself once, and its tasks inherit.
#pragma once

#include <sys/resource.h>

#include <optional>

#include "base/fd.h"

namespace tidemill {

struct ProcessSetup {
  Fd signals;                         // signalfd of CHLD, TERM, INT, HUP
  Fd null;                            // /dev/null, the tasks' stdin
  std::optional<rlimit> descriptors;  // the limit to give back to tasks, when ours was raised
};

// Own session, subreaper, no new privileges, no core dumps, default signals, umask 022, no
// inherited descriptors but 0 to 2.
Result<ProcessSetup> set_up_supervisor_process();

}  // namespace tidemill
