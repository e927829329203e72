// The last 64 KiB of what a task wrote, and which texts are found in it (retry.rules log_matches).
// A pattern is literal but for `*`, which matches within one line. Time is linear in the text, so
// no pattern can hang the supervisor. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

inline constexpr std::size_t kTailBytes = 64u << 10;

class LogTail {
 public:
  void feed(std::string_view bytes);
  // Bit i is set when patterns[i] is found; an empty pattern never is. At most 64 patterns count.
  std::uint64_t match(const std::vector<std::string>& patterns) const;

 private:
  std::string bytes_;
};

bool matches_line(std::string_view line, std::string_view pattern);

}  // namespace tidemill
