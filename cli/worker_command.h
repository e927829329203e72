// `tidemill worker`: the agent beside a scheduler, which the scheduler starts itself, or on another
// machine, where people start it.
#pragma once

#include <string>

#include "worker/agent.h"

namespace tidemill {

struct WorkerCommand {
  AgentOptions agent;
  RemoteScheduler remote;  // its address empty = the scheduler is beside us
  std::string memory;      // "64GiB"; empty = all of the host's
  std::string cache;       // "20GiB"; empty = what the agent says
};
int run_worker(const WorkerCommand& options);

}  // namespace tidemill
