#include "worker/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "base/fault_point.h"
#include "base/text.h"
#include "worker/journal.h"

namespace tidemill {

// clone() by its other name in the C library. Under the first the thread sanitizer takes it for a
// fork, and makes the parent, whose memory the child shares, forget what it knows of its threads.
extern "C" int clone_sharing_memory(int (*function)(void*), void* stack, int flags, void* argument,
                                    ...) __asm__("__clone");

namespace {

constexpr std::size_t kStackBytes = 128u << 10;
constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

struct Child {
  const SpawnPlan* plan;
  char* const* argv;
  char* const* environment;
  const std::vector<std::string>* candidates;
  pid_t parent;
  SpawnStep failed = SpawnStep::none;
  int error = 0;
};

// From here to exec the child runs in the parent's memory: no allocation, no locks. Its frames are
// left by exec or _exit, never by a return, on a stack that sanitizers take for another thread's:
// what they would note about them is wrong for the parent.
#define IN_CHILD __attribute__((no_sanitize("address", "thread")))

[[noreturn]] IN_CHILD void give_up(Child& child, SpawnStep step, int error) {
  child.failed = step;
  child.error = error;
  // Not _exit(): the thread sanitizer would wait there for a thread that only the parent has.
  ::syscall(SYS_exit_group, 127);
  __builtin_unreachable();
}

IN_CHILD void set_up_limits(const SpawnPlan& plan) {
  ::setrlimit(RLIMIT_LOCKS, &plan.tag);
  if (plan.descriptors) ::setrlimit(RLIMIT_NOFILE, &*plan.descriptors);
}

IN_CHILD void set_up_descriptors(const SpawnPlan& plan) {
  ::dup2(plan.in, 0);
  ::dup2(plan.out, 1);
  ::dup2(plan.err, 2);
  ::close_range(3, ~0u, 0);
}

// As execvp: a place without the file is passed over, and a file that may not be executed is
// remembered in case no later place has a better one.
IN_CHILD int exec_first(Child& child) {
  int error = ENOENT;
  for (const std::string& path : *child.candidates) {
    ::execve(path.c_str(), child.argv, child.environment);
    if (errno == ENOENT || errno == ENOTDIR) continue;
    error = errno;
    if (errno != EACCES) break;
  }
  return error;
}

IN_CHILD int run_child(void* argument) {
  Child& child = *static_cast<Child*>(argument);
  const SpawnPlan& plan = *child.plan;
  ::setsid();
  set_up_limits(plan);
  if (plan.journal != nullptr) {
    const int error = plan.journal->write_begun(::getpid());
    if (error != 0) give_up(child, SpawnStep::journal, error);
    // The supervisor dies between the begin record and exec; the task starts all the same.
    if (fault_point_passed("FP9")) ::kill(child.parent, SIGKILL);
  }
  if (plan.cgroup >= 0 && ::write(plan.cgroup, "0", 1) != 1)
    give_up(child, SpawnStep::cgroup, errno);
  if (::chdir(plan.directory.c_str()) != 0) give_up(child, SpawnStep::directory, errno);
  if (plan.umask) ::umask(*plan.umask);
  set_up_descriptors(plan);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  give_up(child, SpawnStep::exec, exec_first(child));
}

// Made once and kept: the parent is suspended while a child runs on it, so one is enough.
char* child_stack() {
  static char* const stack = [] {
    void* memory = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    CHECK(memory != MAP_FAILED);
    return static_cast<char*>(memory);
  }();
  return stack;
}

std::string_view path_of(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (const std::string_view item : environment) {
    if (item.starts_with(kName)) return item.substr(kName.size());
  }
  return kDefaultPath;
}

}  // namespace

std::vector<std::string> executable_candidates(const std::string& name,
                                               const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> candidates;
  for (const std::string_view folder : split(path_of(environment), ':')) {
    candidates.push_back(folder.empty() ? name : fmt::format("{}/{}", folder, name));
  }
  return candidates;
}

SpawnResult spawn_process(const SpawnPlan& plan) {
  const auto argv = pointers(*plan.argv);
  const auto environment = pointers(plan.environment);
  const auto candidates = executable_candidates(plan.argv->front(), plan.environment);
  static const pid_t own_pid = ::getpid();
  Child child{&plan, argv.data(), environment.data(), &candidates, own_pid};
  const int pid = clone_sharing_memory(&run_child, child_stack() + kStackBytes,
                                       CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
  if (pid < 0) return {0, SpawnStep::clone, errno};
  if (child.failed == SpawnStep::none) return {pid, SpawnStep::none, 0};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {0, child.failed, child.error};
}

}  // namespace tidemill
