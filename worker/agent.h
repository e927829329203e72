// The worker's face to its scheduler: connects out to it, prepares what a task finds around it
// (files, environment, inputs), hands it to the supervisor, and collects what it left. It may be
// killed at any moment: the supervisor keeps the tasks and the ends, and each carries a note by
// which the next agent finds everything else again.
//
// Threads: the main one (epoll), one for heartbeats that touches no disk, one for slow file work
// (hashing artifacts, materialising inputs) and one that cleans up behind ended attempts.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "core/dag.h"
#include "worker/scheduler_address.h"

namespace tidemill {

struct AgentOptions {
  std::string data_directory;    // of the scheduler; of a scheduler elsewhere: ours alone
  std::string worker_directory;  // ours alone; empty = <data>/worker
  SchedulerAddress scheduler;    // empty = beside us, in the data directory
  std::string name = "local";
  std::string build;  // version of Tidemill, for people
  int slots = 1;
  std::vector<std::string> labels;
  std::uint64_t cache = 20ull << 30;  // bytes of artifacts kept of a scheduler elsewhere
  Resources capacity;                 // cpu and memory of 0 = what the host has
  // How long it looks for a lost scheduler beside it; for one elsewhere it looks for ever.
  Duration lease = std::chrono::seconds(60);
  // argv that runs the supervisor in the background; empty =
  // {"/proc/self/exe", "supervisor", "--directory", <worker directory>}.
  std::vector<std::string> supervisor_command;
};

inline std::string scheduler_socket(const std::string& data_directory) {
  return data_directory + "/run/scheduler.sock";
}

// Runs until SIGTERM, SIGINT, Shutdown (0), or until the lease ends without a local scheduler (1).
int run_agent(const AgentOptions& options);

}  // namespace tidemill
