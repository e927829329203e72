#include "scheduler/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"

namespace tidemill {

Result<Fd> lock_data_directory(const std::string& data_dir) {
  const std::string path = data_dir + "/scheduler.lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return errno_error("cannot open " + path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return errno_error("cannot lock " + path);
    const auto pid = read_file(path, 100);
    return conflict(fmt::format(
        "a scheduler is already running in {} (pid {}); wait for it, or use another --data-dir",
        data_dir, pid.ok() ? printable(trim(*pid)) : "unknown"));
  }
  if (::ftruncate(fd.get(), 0) != 0) return errno_error("cannot write " + path);
  TRY(write_all(fd.get(), fmt::format("{}\n", ::getpid())));
  return fd;
}

bool is_locked(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;
  // The lock that this takes when it is free ends with the descriptor.
  return ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace tidemill
