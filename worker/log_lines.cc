#include "worker/log_lines.h"

#include <fmt/format.h>

#include <array>

#include "base/time.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 3> kStreamWords = {"stdout", "stderr", "tidemill"};
constexpr std::int64_t kSecondNs = 1'000'000'000;

}  // namespace

void LogClock::append(std::int64_t wall_ns, std::string& out) {
  const std::int64_t second = wall_ns / kSecondNs;
  if (second != second_) {
    second_ = second;
    text_ = format_rfc3339(WallTime{second * 1'000'000});
    text_.pop_back();
  }
  fmt::format_to(std::back_inserter(out), "{}.{:09}Z", text_, wall_ns % kSecondNs);
}

void append_log_line(LogStream stream, char tag, std::string_view text, std::int64_t wall_ns,
                     LogClock& clock, std::string& out) {
  clock.append(wall_ns, out);
  out.push_back(' ');
  out.append(kStreamWords[static_cast<std::size_t>(stream)]);
  out.append({' ', tag, ' '});
  out.append(text);
  out.push_back('\n');
}

std::size_t LineCutter::feed(std::string_view bytes, std::int64_t wall_ns, LogClock& clock,
                             std::string& out) {
  std::size_t done = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::size_t room = kPieceBytes - rest_.size();
    const std::size_t size = std::min(end == std::string_view::npos ? bytes.size() : end, room);
    const bool whole = size < bytes.size() && bytes[size] == '\n';
    if (!whole && rest_.size() + size < kPieceBytes) {
      rest_.append(bytes);
      return done;
    }
    rest_.append(bytes.substr(0, size));
    append_log_line(stream_, whole ? 'F' : 'P', rest_, wall_ns, clock, out);
    done += rest_.size() + (whole ? 1 : 0);
    rest_.clear();
    bytes.remove_prefix(size + (whole ? 1 : 0));
  }
  return done;
}

std::size_t LineCutter::finish(std::int64_t wall_ns, LogClock& clock, std::string& out) {
  if (rest_.empty()) return 0;
  append_log_line(stream_, 'F', rest_, wall_ns, clock, out);
  const std::size_t done = rest_.size();
  rest_.clear();
  return done;
}

}  // namespace tidemill
