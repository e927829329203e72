// A program that is either worker process, for tests that need real ones:
//   worker_process supervisor DIRECTORY [LINGER_MS [LOG_CAP_BYTES]]
//   worker_process agent ... (cli/worker_main.h)
#include <cstdio>
#include <cstdlib>
#include <string>

#include "worker/supervisor.h"

namespace {

tidemill::LogCap cap_of(std::uint64_t bytes) {
  return {.head_bytes = bytes / 4, .segment_bytes = bytes / 8, .segments = 6};
}

int run_supervisor(int argc, char** argv) {
  tidemill::SupervisorOptions options;
  options.directory = argv[2];
  if (argc > 3) options.linger = std::chrono::milliseconds(std::atoi(argv[3]));
  if (argc > 4) options.log_cap = cap_of(std::strtoull(argv[4], nullptr, 10));
  return tidemill::run_supervisor(options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 3 && std::string(argv[1]) == "supervisor") return run_supervisor(argc, argv);
  std::fprintf(stderr, "usage: worker_process supervisor DIRECTORY [LINGER_MS [LOG_CAP_BYTES]]\n");
  return 2;
}
