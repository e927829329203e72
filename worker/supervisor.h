// The small process that owns the tasks of one worker: it starts them, drains their pipes into
// logs, ends them, and keeps a record of how each ended until the agent says that the scheduler has
// it. It has no network and no database, and outlives the agent and the scheduler.
//
// One thread does everything but syncing (LogSync); it must stay the process's first thread,
// because orphans are handed to that one.
#pragma once

#include <string>

#include "base/time.h"
#include "worker/log_file.h"

namespace tidemill {

struct SupervisorOptions {
  std::string directory;                       // of the worker, absolute
  Duration linger = std::chrono::seconds(60);  // how long it stays without an agent and tasks
  Duration leftover_grace = std::chrono::seconds(2);  // TERM to KILL for what a task left behind
  LogCap log_cap;
};

inline std::string supervisor_socket(const std::string& worker_directory) {
  return worker_directory + "/supervisor.sock";
}

// Runs until it is not needed any more. Exit code 0, or 1 with the reason on stderr.
int run_supervisor(const SupervisorOptions& options);

}  // namespace tidemill
