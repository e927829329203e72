#include "cli/client/stdin_text.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace tidemill::client {
namespace {

// Nothing that is typed is shown while it lives.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

void drop_line_end(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

Result<std::string> read_line_quietly(std::size_t max_bytes) {
  const NoEcho quiet;
  std::string line;
  char c = 0;
  while (line.size() <= max_bytes && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') line += c;
  fmt::print(stderr, "\n");
  if (line.size() > max_bytes) return invalid("what was typed is too long");
  return line;
}

}  // namespace

Result<std::string> read_stdin(std::size_t max_bytes) {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read standard input");
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > max_bytes) {
      return invalid(fmt::format("standard input holds more than {} bytes", max_bytes));
    }
  }
}

Result<std::string> read_hidden(const std::string& prompt, std::size_t max_bytes) {
  if (::isatty(STDIN_FILENO) != 0) {
    fmt::print(stderr, "{}: ", prompt);
    return read_line_quietly(max_bytes);
  }
  std::string text = TRY(read_stdin(max_bytes));
  drop_line_end(text);
  return text;
}

}  // namespace tidemill::client
