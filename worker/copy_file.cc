#include "worker/copy_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/fd.h"
#include "base/text.h"

namespace tidemill {
namespace {

// Through our own memory: what every pair of file systems can do.
Status copy_through_memory(int source, int target) {
  std::vector<char> buffer(kFileBufferBytes);
  while (true) {
    const ssize_t n = ::read(source, buffer.data(), buffer.size());
    if (n == 0) return Ok{};
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read");
    TRY(write_all(target, {buffer.data(), static_cast<std::size_t>(n)}));
  }
}

Status copy_content(int source, int target) {
  if (::ioctl(target, FICLONE, source) == 0) return Ok{};
  while (true) {
    const ssize_t n = ::copy_file_range(source, nullptr, target, nullptr, std::size_t{1} << 30, 0);
    if (n == 0) return Ok{};
    if (n > 0 || errno == EINTR) continue;
    const bool refused = errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                         errno == EOPNOTSUPP;
    if (!refused) return errno_error("cannot copy");
    // Both descriptors stand where it stopped.
    return copy_through_memory(source, target);
  }
}

}  // namespace

Status copy_file(const std::string& from, const std::string& to, mode_t mode) {
  const Fd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!source) return errno_error("cannot open " + printable(from));
  const Fd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!target) return errno_error("cannot make " + printable(to));
  Status done = copy_content(source.get(), target.get());
  if (done.ok() && ::fchmod(target.get(), mode) != 0) done = errno_error("cannot protect");
  if (done.ok()) return done;
  ::unlink(to.c_str());
  return done.error().context("a copy to " + printable(to));
}

}  // namespace tidemill
