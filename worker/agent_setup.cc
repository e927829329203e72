#include "worker/agent_setup.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "worker/signals.h"

namespace tidemill {

AgentOptions completed(AgentOptions options) {
  options.data_directory =
      std::filesystem::absolute(options.data_directory).lexically_normal().string();
  if (options.data_directory.ends_with('/')) options.data_directory.pop_back();
  if (options.worker_directory.empty())
    options.worker_directory = options.data_directory + "/worker";
  options.worker_directory = std::filesystem::absolute(options.worker_directory).string();
  if (!options.scheduler.is_remote())
    options.scheduler.socket_path = scheduler_socket(options.data_directory);
  if (options.supervisor_command.empty()) {
    options.supervisor_command = {"/proc/self/exe", "supervisor", "--directory",
                                  options.worker_directory};
  }
  if (options.capacity.cpu <= 0)
    options.capacity.cpu = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (options.capacity.memory == 0) {
    options.capacity.memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                              static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  return options;
}

Result<Fd> open_signals() { return open_signalfd({SIGTERM, SIGINT, SIGHUP, SIGPIPE}, SIG_BLOCK); }

}  // namespace tidemill
