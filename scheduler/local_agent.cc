#include "scheduler/local_agent.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/own_log.h"
#include "base/text.h"
#include "protocol/agent_exit.h"
#include "scheduler/data_lock.h"

extern char** environ;

namespace tidemill {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(20);
constexpr Duration kLongestPause = std::chrono::seconds(5);
constexpr int kMostFailures = 6;

Duration pause_after(int failures) {
  return std::min(kFirstPause * (1 << std::min(failures, 7)), kLongestPause);
}

// In a session of its own, so that Ctrl-C in our terminal does not reach it. Nothing of ours is
// inherited, neither blocked signals nor descriptors: whoever reads a pipe of ours to its end would
// wait for the agent.
Result<int> spawn(const std::vector<std::string>& command, int log) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawn_file_actions_adddup2(&actions, log, 1);
  ::posix_spawn_file_actions_adddup2(&actions, log, 2);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = 0;
  const int code = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (code == 0) return pid;
  errno = code;
  return errno_error("cannot start the local agent " + command[0]);
}

}  // namespace

LocalAgent::LocalAgent(std::vector<std::string> command, std::string lock_path,
                       std::string log_path)
    : command_(std::move(command)),
      lock_path_(std::move(lock_path)),
      log_path_(std::move(log_path)) {
  // Due at once: a loop that sleeps until the first event would start no agent.
  if (!command_.empty()) retry_at_ = BootTime{};
}

LocalAgent::~LocalAgent() = default;

Status LocalAgent::keep_alive(BootTime now) {
  if (command_.empty() || pidfd_) return Ok{};
  if (retry_at_ && now < *retry_at_) return Ok{};
  retry_at_ = now + pause_after(failures_);
  if (hopeless_) {
    return unavailable(
        fmt::format("the local worker cannot work: {}; change that and start again, or run `{}` "
                    "to see it alone",
                    said(), join(command_, " ")));
  }
  if (is_locked(lock_path_)) return Ok{};  // somebody else's agent; it will connect
  if (++failures_ > kMostFailures) {
    const std::string last = said();
    return unavailable(fmt::format(
        "the local worker ended {} times without connecting{}{}; see {}, or run `{}` to see it "
        "alone",
        kMostFailures, last.empty() ? "" : ", at last with: ", last, log_path_,
        join(command_, " ")));
  }
  return start();
}

Status LocalAgent::start() {
  const OwnLog log = TRY(open_own_log(log_path_));
  log_begin_ = log.begin;
  pid_ = TRY(spawn(command_, log.fd.get()));
  pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) return errno_error("cannot watch the local agent");
  return Ok{};
}

std::string LocalAgent::said() const { return last_line_since(log_path_, log_begin_); }

bool LocalAgent::take_ended() {
  if (!pidfd_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pidfd_.reset();
  hopeless_ = WIFEXITED(status) && WEXITSTATUS(status) == kAgentCannotWork;
  return true;
}

}  // namespace tidemill
