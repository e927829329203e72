// Bytes of one stream become lines of a log in the CRI form that Kubernetes uses:
//   2026-11-22T08:54:03.123456789Z stdout F text
// F ends a line of the task; P is a piece of a line longer than kPieceBytes. Pure but for the time
// it is handed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

inline constexpr std::size_t kPieceBytes = 16u << 10;

enum class LogStream : std::uint8_t { out, err, tidemill };

// Nanoseconds since 1970 as the text that lines begin with; remembers the last second's.
class LogClock {
 public:
  void append(std::int64_t wall_ns, std::string& out);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

class LineCutter {
 public:
  explicit LineCutter(LogStream stream) : stream_(stream) {}

  // Appends whole lines, and pieces of long ones, to `out`; keeps the rest. Returns how many of the
  // stream's bytes, line ends included, are in `out` now.
  std::size_t feed(std::string_view bytes, std::int64_t wall_ns, LogClock& clock, std::string& out);
  // The last line of a stream may have no line end.
  std::size_t finish(std::int64_t wall_ns, LogClock& clock, std::string& out);

 private:
  LogStream stream_;
  std::string rest_;
};

void append_log_line(LogStream stream, char tag, std::string_view text, std::int64_t wall_ns,
                     LogClock& clock, std::string& out);

}  // namespace tidemill
