#include "scheduler/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/text.h"

namespace tidemill {

namespace {

// A child that its scheduler had just forked when it was killed keeps the lock until it execs, a
// moment later.
constexpr int kTries = 100;
constexpr useconds_t kPauseUs = 20'000;

std::string holder_of(const std::string& path) {
  const auto pid = read_file(path, 100);
  return pid.ok() ? printable(trim(*pid)) : "unknown";
}

bool is_alive(const std::string& pid) {
  const auto number = to_int(pid);
  return number && ::kill(static_cast<pid_t>(*number), 0) == 0;
}

// True = it is ours; false = somebody who lives has it.
Result<bool> take(int fd, const std::string& path) {
  for (int tried = 0; tried < kTries; ++tried) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return errno_error("cannot lock " + path);
    if (is_alive(holder_of(path))) return false;
    ::usleep(kPauseUs);
  }
  return false;
}

}  // namespace

Result<Fd> lock_data_directory(const std::string& data_dir) {
  const std::string path = data_dir + "/scheduler.lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return errno_error("cannot open " + path);
  if (!TRY(take(fd.get(), path))) {
    return conflict(fmt::format(
        "a scheduler is already running in {} (pid {}); wait for it, or use another --data-dir",
        data_dir, holder_of(path)));
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

Result<std::int64_t> obeyed_epoch(const std::string& data_dir) {
  const std::string path = data_dir + "/worker/epoch";
  const auto content = read_file(path, 100);
  if (!content.ok()) {
    if (content.error().code == ErrorCode::not_found) return std::int64_t{0};
    return content.error();
  }
  const auto epoch = to_int(trim(*content));
  if (epoch) return *epoch;
  return corrupt(path + " holds no number; remove it when no old scheduler is left running");
}

}  // namespace tidemill
