#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace tidemill {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

const char* code_of(Style style) {
  switch (style) {
    case Style::plain:
      return "0";
    case Style::dim:
      return "2";
    case Style::bold:
      return "1";
    case Style::red:
      return "31";
    case Style::green:
      return "32";
    case Style::yellow:
      return "33";
    case Style::blue:
      return "34";
  }
  return "0";
}

// Bytes of the escape sequence that starts at `at`, or 0.
std::size_t escape_length(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\033[") return 0;
  const std::size_t end = text.find('m', at);
  return end == std::string_view::npos ? 0 : end - at + 1;
}

}  // namespace

namespace {
std::atomic<bool> echo_is_off{false};
}

void QuietKeyboard::set_echo(bool shown) {
  termios settings{};
  // Setting it from the background would stop us.
  if (::tcgetpgrp(0) != ::getpgrp() || ::tcgetattr(0, &settings) != 0) return;
  if (shown) {
    settings.c_lflag |= ECHO;
  } else {
    if ((settings.c_lflag & ECHO) == 0) return;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  }
  if (::tcsetattr(0, TCSANOW, &settings) == 0) echo_is_off = !shown;
}

QuietKeyboard::QuietKeyboard() { set_echo(false); }
QuietKeyboard::~QuietKeyboard() { restore(); }

void QuietKeyboard::restore() {
  if (echo_is_off) set_echo(true);
}

Terminal probe_terminal(int fd) {
  Terminal terminal;
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  terminal.interactive = ::isatty(fd) == 1 && !dumb;
  const char* no_color = std::getenv("NO_COLOR");
  terminal.colour = terminal.interactive && (no_color == nullptr || *no_color == '\0');
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    terminal.width = std::max<int>(20, size.ws_col);
    terminal.height = std::max<int>(3, size.ws_row);
  }
  return terminal;
}

std::string styled(const Terminal& terminal, Style style, std::string_view text) {
  if (!terminal.colour || style == Style::plain) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code_of(style), text);
}

std::size_t text_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t skip = escape_length(text, at); skip > 0) {
      at += skip - 1;
    } else if (!is_continuation(text[at])) {
      ++columns;
    }
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  const std::size_t width = text_width(text);
  if (width <= columns) return std::string(text) + std::string(columns - width, ' ');
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size() && columns > 0; ++at) {
    if (const std::size_t skip = escape_length(text, at); skip > 0) {
      out.append(text.substr(at, skip));
      at += skip - 1;
      continue;
    }
    if (!is_continuation(text[at]) && ++used == columns) break;
    out.push_back(text[at]);
  }
  return out + (columns > 0 ? "…" : "");
}

}  // namespace tidemill
