#include "base/fd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace tidemill {

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

namespace {

Status check_regular(int fd, const std::string& path, std::size_t max_bytes) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return errno_error("cannot stat " + path);
  if (!S_ISREG(st.st_mode)) return invalid(path + " is not a regular file");
  if (static_cast<std::size_t>(st.st_size) > max_bytes) {
    return invalid(fmt::format("{} has {} bytes, the limit is {}", path, st.st_size, max_bytes));
  }
  return Ok{};
}

Status sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string dir = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Fd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return errno_error("cannot open directory " + dir);
  if (::fsync(fd.get()) != 0) return errno_error("cannot sync directory " + dir);
  return Ok{};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return errno_error("cannot open " + path);
  TRY(check_regular(fd.get(), path, max_bytes));
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n == 0) return content;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read " + path);
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > max_bytes) {
      return invalid(fmt::format("{} grew past the limit of {} bytes", path, max_bytes));
    }
  }
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return Ok{};
}

Status write_file_atomic(const std::string& path, std::string_view content, unsigned mode) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd) return errno_error("cannot create " + temporary);
  if (auto written = write_all(fd.get(), content); !written.ok()) {
    return written.error().context(temporary);
  }
  if (::fsync(fd.get()) != 0) return errno_error("cannot sync " + temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return errno_error("cannot rename to " + path);
  return sync_directory_of(path);
}

Status make_directories(const std::string& path, bool is_private) {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), is_private ? 0700 : 0755) != 0 && errno != EEXIST) {
      return errno_error("cannot make directory " + part);
    }
  }
  return Ok{};
}

}  // namespace tidemill
