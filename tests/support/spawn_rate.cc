// Prints how many tasks a second the supervisor runs, beside a bare clone-and-wait loop with as
// many in flight, alternating in one run:  spawn_rate [TASKS [SLOTS [ROUNDS [PROGRAM]]]]
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/support/agent_fixture.h"
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
      if (::clone(exec_program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr) <
          0)
        std::abort();
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
  std::sscanf(stat.c_str() + stat.rfind(')'),
              ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double supervisor_rate(SupervisorClient& client, int tasks, std::int64_t first) {
  const std::size_t before = client.exit_count();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < tasks; ++i) client.queue(client.order(first + i, {program}));
  while (client.exit_count() < before + static_cast<std::size_t>(tasks)) client.pump_blocking();
  return tasks / seconds_since(start);
}

// Through agent and supervisor, with a scheduler that only grants and acknowledges.
double agent_rate(AgentFixture& worker, int tasks, std::int64_t first) {
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t end = first + tasks;
  constexpr std::int64_t kGrantedAhead = 32;
  std::int64_t granted = first;
  for (std::int64_t ended = first; ended < end;) {
    for (; granted < end && granted < ended + kGrantedAhead; ++granted)
      worker.queue(worker.order(granted, {program}));
    worker.pump_blocking();
    for (; ended < granted && worker.has_ended(ended); ++ended)
      worker.queue(message::Acknowledge{{AttemptId{ended}}});
  }
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
  testing::AgentFixture worker;
  worker.start_agent(slots);
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double own = testing::own_cpu_seconds();
    const double bare = testing::bare_rate(tasks, slots);
    const double bare_cpu = testing::own_cpu_seconds() - own;
    const double cpu = testing::cpu_seconds(client.process().pid());
    const double supervised = testing::supervisor_rate(client, tasks, 1 + round * tasks);
    ratios.push_back(supervised / bare);
    fmt::print(
        "bare {:.0f}/s  supervisor {:.0f}/s  ratio {:.3f}  own CPU a task: bare {:.0f} us, "
        "supervisor {:.0f} us\n",
        bare, supervised, ratios.back(), bare_cpu / tasks * 1e6,
        (testing::cpu_seconds(client.process().pid()) - cpu) / tasks * 1e6);
    const double agent_cpu = testing::cpu_seconds(worker.agent().pid());
    const double agent = testing::agent_rate(worker, tasks, 1 + round * tasks);
    fmt::print("     with agent {:.0f}/s  ratio {:.3f}  its own CPU a task {:.0f} us\n", agent,
               agent / bare,
               (testing::cpu_seconds(worker.agent().pid()) - agent_cpu) / tasks * 1e6);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("median ratio {:.3f}\n", ratios[ratios.size() / 2]);
}
