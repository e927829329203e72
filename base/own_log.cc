#include "base/own_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

std::string read_range(int fd, std::int64_t begin, std::int64_t end) {
  std::string text(static_cast<std::size_t>(std::max<std::int64_t>(0, end - begin)), '\0');
  const ssize_t n = ::pread(fd, text.data(), text.size(), begin);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, n)));
  return text;
}

// An older process may still append; at worst a line of it is lost.
Status keep_end(int fd, std::int64_t size) {
  std::string kept = read_range(fd, size - kOwnLogKeptBytes, size);
  kept.erase(0, kept.find('\n') + 1);
  if (::ftruncate(fd, 0) != 0) return errno_error("cannot shorten it");
  return write_all(fd, kept);
}

}  // namespace

Result<OwnLog> open_own_log(const std::string& path) {
  OwnLog log;
  log.fd = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log.fd) return errno_error("cannot open the log " + path);
  const std::int64_t size = ::lseek(log.fd.get(), 0, SEEK_END);
  if (size > kOwnLogBytes) {
    const Status cut = keep_end(log.fd.get(), size);
    if (!cut.ok()) return cut.error().context("the log " + path);
  }
  log.begin = ::lseek(log.fd.get(), 0, SEEK_END);
  return log;
}

std::string last_line_since(const std::string& path, std::int64_t begin) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  const std::int64_t end = ::lseek(fd.get(), 0, SEEK_END);
  const std::string text = read_range(fd.get(), std::max(begin, end - kOwnLogKeptBytes), end);
  const std::string_view lines = trim(text);
  return printable(lines.substr(lines.rfind('\n') + 1), 500);
}

}  // namespace tidemill
