#include "scheduler/disk_watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"

namespace tidemill {
namespace {

// So much more at each look: setting space aside must not hold up the loop.
constexpr std::uint64_t kPiece = 16ull << 20;

}  // namespace

std::uint64_t reserve_of(const DiskRule& rule, std::uint64_t total) {
  const std::uint64_t part = total / 100 * rule.reserve_percent;
  const std::uint64_t most = rule.reserve_bytes > UINT64_MAX / 10 ? UINT64_MAX
                                                                  : rule.reserve_bytes * 10;
  return std::max(rule.reserve_bytes, std::min(part, most));
}

Result<FreeSpace> free_space(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return errno_error("cannot look at " + folder);
  return FreeSpace{std::uint64_t{info.f_bavail} * info.f_frsize,
                   std::uint64_t{info.f_blocks} * info.f_frsize};
}

Result<DiskWatch::Look> DiskWatch::look() {
  Look look;
  look.space = TRY(free_space(data_dir_));
  look.wanted = reserve_of(rule_, look.space.total);
  const std::uint64_t enough = low_ ? look.wanted + look.wanted / 10 : look.wanted;
  look.low = low_ = look.space.free < enough;
  if (!look.low) TRY(grow_ballast(look.space.free - look.wanted));
  return look;
}

Status DiskWatch::grow_ballast(std::uint64_t spare) {
  const std::lock_guard lock(mutex_);
  const Fd fd(::open(ballast_path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return errno_error("cannot make " + ballast_path());
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size >= rule_.ballast_bytes) return Ok{};
  const std::uint64_t more = std::min(rule_.ballast_bytes - size, kPiece);
  if (spare < 2 * more) return Ok{};
  const int failed = ::posix_fallocate(fd.get(), info.st_size, static_cast<off_t>(more));
  if (failed == 0) return Ok{};
  errno = failed;
  return errno_error("cannot set space aside in " + ballast_path());
}

bool DiskWatch::give_up_ballast() {
  const std::lock_guard lock(mutex_);
  struct stat info {};
  if (::stat(ballast_path().c_str(), &info) != 0 || info.st_size == 0) return false;
  return ::unlink(ballast_path().c_str()) == 0;
}

}  // namespace tidemill
