// Prints how many tasks a second the supervisor runs, beside a bare clone-and-wait loop with as many in
// flight, alternating in one run:  spawn_rate [TASKS [SLOTS [ROUNDS [PROGRAM]]]]
#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/support/supervisor_client.h"

namespace tidemill::testing {
namespace {

const char* program = "/bin/true";

int exec_program(void*) {
  char* argv[] = {const_cast<char*>(program), nullptr};
  ::execve(program, argv, environ);
  ::_exit(127);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double bare_rate(int tasks, int in_flight) {
  static char stack[64u << 10] __attribute__((aligned(16)));
  const auto start = std::chrono::steady_clock::now();
  int started = 0;
  for (int running = 0, ended = 0; ended < tasks;) {
    while (running < in_flight && started < tasks) {
      if (::clone(exec_program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr) < 0) std::abort();
      ++running;
      ++started;
    }
    if (::wait(nullptr) > 0) {
      --running;
      ++ended;
    }
  }
  return tasks / seconds_since(start);
}

// CPU time that the process itself used, without its children.
double cpu_seconds(pid_t pid) {
  const std::string stat = read_text(fmt::format("/proc/{}/stat", pid));
  long user = 0, system = 0;
  std::sscanf(stat.c_str() + stat.rfind(')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double supervisor_rate(SupervisorClient& client, int tasks, std::int64_t first) {
  const std::size_t before = client.exit_count();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < tasks; ++i) client.queue(client.order(first + i, {program}));
  while (client.exit_count() < before + static_cast<std::size_t>(tasks)) client.pump_blocking();
  return tasks / seconds_since(start);
}

}  // namespace
}  // namespace tidemill::testing

int main(int argc, char** argv) {
  namespace testing = tidemill::testing;
  const int tasks = argc > 1 ? std::atoi(argv[1]) : 5000;
  const int slots = argc > 2 ? std::atoi(argv[2]) : 2;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  if (argc > 4) testing::program = argv[4];
  testing::TemporaryDirectory folder;
  testing::SupervisorClient client(folder / "worker", slots);
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double bare = testing::bare_rate(tasks, slots);
    const double cpu = testing::cpu_seconds(client.process().pid());
    const double supervised = testing::supervisor_rate(client, tasks, 1 + round * tasks);
    ratios.push_back(supervised / bare);
    fmt::print("bare {:.0f}/s  supervisor {:.0f}/s  ratio {:.3f}  supervisor CPU {:.0f} us a task\n", bare, supervised, ratios.back(),
               (testing::cpu_seconds(client.process().pid()) - cpu) / tasks * 1e6);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("median ratio {:.3f}\n", ratios[ratios.size() / 2]);
}
