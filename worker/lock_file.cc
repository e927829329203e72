#include "worker/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {
namespace {

constexpr Duration kLockPatience = std::chrono::seconds(2);
constexpr Duration kPause = std::chrono::milliseconds(10);

void pause_briefly() {
  const timespec pause{0, kPause.count() * 1000};
  ::nanosleep(&pause, nullptr);
}

Error held_by_another(const std::string& path, const std::string& what) {
  const auto content = read_file(path, 100);
  const std::string pid = content.ok() ? printable(trim(*content)) : "unknown";
  return conflict(
      fmt::format("{} is already running here (pid {}, lock {}); stop it first, or use "
                  "another data directory",
                  what, pid, path));
}

}  // namespace

Result<Fd> take_lock_file(const std::string& path, const std::string& what) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return errno_error("cannot open lock file " + path);
  const BootTime end = system_now().boot + kLockPatience;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return errno_error("cannot lock " + path);
    if (system_now().boot >= end) return held_by_another(path, what);
    pause_briefly();
  }
  if (::ftruncate(fd.get(), 0) != 0) return errno_error("cannot write lock file " + path);
  TRY(write_all(fd.get(), fmt::format("{}\n", ::getpid())));
  return fd;
}

}  // namespace tidemill
