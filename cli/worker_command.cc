#include "cli/worker_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"

#ifndef TIDEMILL_VERSION
#define TIDEMILL_VERSION "0.0.0"
#endif

namespace tidemill {
namespace {

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "";
  return to_lower_ascii(std::string_view(name));
}

// Beside the data folder of a scheduler that may be there too, and one for each name.
Result<std::string> own_folder(const std::string& name) {
  return TRY(resolve_data_dir("")) + "-worker/" + name;
}

Status set_remote(const WorkerCommand& given, AgentOptions& agent) {
  if (agent.name == "local") agent.name = host_name();
  if (given.remote.token_file.empty()) {
    return invalid("--token-file FILE is needed to come in at " + given.remote.address);
  }
  agent.scheduler = TRY(remote_scheduler(given.remote));
  if (agent.data_directory.empty()) agent.data_directory = TRY(own_folder(agent.name));
  return Ok{};
}

Result<AgentOptions> agent_options(const WorkerCommand& given) {
  AgentOptions agent = given.agent;
  agent.build = TIDEMILL_VERSION;
  if (!given.memory.empty()) {
    const auto bytes = parse_bytes(given.memory);
    if (!bytes) return invalid(printable(given.memory, 60) + ": memory is a size such as 64GiB");
    agent.capacity.memory = *bytes;
  }
  if (!given.cache.empty()) {
    const auto bytes = parse_bytes(given.cache);
    if (!bytes) return invalid(printable(given.cache, 60) + ": a cache has a size such as 20GiB");
    agent.cache = *bytes;
  }
  if (!given.remote.address.empty()) {
    TRY(set_remote(given, agent));
  } else if (agent.data_directory.empty()) {
    return invalid("--scheduler HOST:PORT says whom to serve");
  }
  agent.worker_directory = agent.data_directory + "/worker";
  // Named by its path, so that a process list says what it is; a binary that was replaced meanwhile
  // is still reached through /proc.
  const std::string binary = TRY(own_binary());
  if (::access(binary.c_str(), X_OK) == 0) {
    agent.supervisor_command = {binary, "supervisor", "--directory", agent.worker_directory};
  }
  return agent;
}

}  // namespace

int run_worker(const WorkerCommand& options) {
  const auto agent = agent_options(options);
  return agent.ok() ? run_agent(*agent) : report(agent.error());
}

}  // namespace tidemill
