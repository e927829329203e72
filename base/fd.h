// Owner of one file descriptor. Every descriptor we open has O_CLOEXEC, or a task would inherit it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Reads a regular file whole. Refuses anything else (FIFO, device, directory) and files over
// `max_bytes`, before reading them.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

// Writes a file so that a reader, and a crash, see the old content or the new, never a part:
// temporary file, fsync, rename, fsync of the directory.
Status write_file_atomic(const std::string& path, std::string_view content, unsigned mode = 0644);

// Writes all bytes, also over short writes and EINTR.
Status write_all(int fd, std::string_view bytes);

// mkdir -p with mode 0755 (0700 when `is_private`).
Status make_directories(const std::string& path, bool is_private = false);

}  // namespace tidemill
