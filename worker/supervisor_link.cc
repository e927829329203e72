#include "worker/supervisor_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/own_log.h"
#include "worker/supervisor.h"

namespace tidemill {
namespace {

constexpr Duration kStartPause = std::chrono::milliseconds(50);
// One that still lives after this long and cannot be reached is given up on.
constexpr Duration kStartPatience = std::chrono::seconds(10);

}  // namespace

// It makes a session of its own; what it has to say goes to a file, for it outlives our terminal.
Status SupervisorLink::start_supervisor() {
  const BootTime now = system_now().boot;
  if (started_ > 0 && ::waitpid(started_, nullptr, WNOHANG) != 0) started_ = 0;
  if (now - started_at_ < (started_ > 0 ? kStartPatience : kStartPause)) return Ok{};
  started_at_ = now;
  said_before_ = said();
  const OwnLog log = TRY(open_own_log(log_path()));
  log_begin_ = log.begin;
  std::vector<char*> argv;
  for (const std::string& item : command_) argv.push_back(const_cast<char*>(item.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, log.fd.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, log.fd.get(), 2);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawn(&started_, command_.front().c_str(), &actions, &attributes,
                                  argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    started_ = 0;
    return unavailable(
        fmt::format("cannot start the supervisor {}: {}", command_.front(), std::strerror(error)));
  }
  return Ok{};
}

std::string SupervisorLink::said() const {
  std::string last = last_line_since(log_path(), log_begin_);
  return last.empty() ? said_before_ : last;
}

Status SupervisorLink::connect(int slots) {
  auto fd = connect_unix(supervisor_socket(directory_));
  if (!fd.ok()) return start_supervisor();
  said_before_.clear();
  channel_ = Channel(std::move(fd).value());
  channel_.send(message::Attach{message::kProtocolVersion, slots});
  if (!channel_.flush().ok()) close();
  return Ok{};
}

}  // namespace tidemill
