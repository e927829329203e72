// A program that is either worker process, for tests that need real ones without the whole CLI:
//   worker_process supervisor --directory D [--linger-ms N] [--log-cap BYTES]
//   worker_process worker --data-dir D [--slots N] [--lease-ms N]
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "worker/agent.h"
#include "worker/supervisor.h"

namespace {

using Options = std::map<std::string, std::string>;

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 2; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  return options;
}

int run_supervisor(const Options& given) {
  tidemill::SupervisorOptions options;
  options.directory = given.at("--directory");
  if (given.contains("--linger-ms")) {
    options.linger = std::chrono::milliseconds(std::stoi(given.at("--linger-ms")));
  }
  if (given.contains("--log-cap")) {
    const std::uint64_t cap = std::stoull(given.at("--log-cap"));
    options.log_cap = {.head_bytes = cap / 4, .segment_bytes = cap / 8, .segments = 6};
  }
  return tidemill::run_supervisor(options);
}

int run_agent(const Options& given) {
  tidemill::AgentOptions options;
  options.data_directory = given.at("--data-dir");
  if (given.contains("--slots")) options.slots = std::stoi(given.at("--slots"));
  if (given.contains("--lease-ms")) {
    options.lease = std::chrono::milliseconds(std::stoi(given.at("--lease-ms")));
  }
  return tidemill::run_agent(options);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  const Options options = read_options(argc, argv);
  if (role == "supervisor") return run_supervisor(options);
  if (role == "worker") return run_agent(options);
  std::fprintf(stderr, "usage: worker_process supervisor|worker OPTIONS\n");
  return 2;
}
