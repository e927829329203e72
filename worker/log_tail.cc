#include "worker/log_tail.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace tidemill {

void LogTail::feed(std::string_view bytes) {
  if (bytes.size() > kTailBytes) bytes.remove_prefix(bytes.size() - kTailBytes);
  bytes_.append(bytes);
  // Cutting in large steps keeps the cost per byte constant.
  if (bytes_.size() > 4 * kTailBytes) bytes_.erase(0, bytes_.size() - kTailBytes);
}

// Taking each piece at its first place after the one before is right: an earlier place never leaves
// less room for the rest.
bool matches_line(std::string_view line, std::string_view pattern) {
  for (const std::string_view piece : split(pattern, '*')) {
    if (piece.empty()) continue;
    const void* hit = ::memmem(line.data(), line.size(), piece.data(), piece.size());
    if (hit == nullptr) return false;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - line.data());
    line.remove_prefix(at + piece.size());
  }
  return true;
}

std::uint64_t LogTail::match(const std::vector<std::string>& patterns) const {
  const std::string_view tail = std::string_view(bytes_).substr(
      bytes_.size() - std::min(bytes_.size(), kTailBytes));
  std::uint64_t found = 0;
  for (const std::string_view line : split(tail, '\n')) {
    for (std::size_t i = 0; i < std::min<std::size_t>(patterns.size(), 64); ++i) {
      const bool known = (found >> i & 1) != 0;
      if (known || patterns[i].empty()) continue;
      if (matches_line(line, patterns[i])) found |= std::uint64_t{1} << i;
    }
  }
  return found;
}

}  // namespace tidemill
