// The command line of `tidemill worker`. Only cli/main.cc includes this.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/supervisor_main.h"
#include "worker/agent.h"

namespace tidemill {

inline void add_agent_options(CLI::App& app, AgentOptions& options) {
  app.add_option("--data-dir", options.data_directory,
                 "Folder of the scheduler's database, logs and artifacts")
      ->required();
  app.add_option("--directory", options.worker_directory,
                 "The worker's own folder (default: <data-dir>/worker)");
  app.add_option("--name", options.name, "Name of this worker, unique to its scheduler");
  app.add_option("--slots", options.slots, "How many tasks run at once")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--label", options.labels,
                 "A label that tasks can ask for with runs_on; repeat for more")
      ->allow_extra_args(false);
  app.add_option("--cpu", options.capacity.cpu, "Cores to hand out (default: all)");
  app.add_option("--memory", options.capacity.memory, "Bytes of memory to hand out (default: all)");
  app.add_option("--gpu", options.capacity.gpu, "GPUs to hand out");
  add_duration_option(app, "--lease", options.lease,
                      "How long it looks for a lost scheduler (default 60s)");
}

}  // namespace tidemill
