// Range requests for one range of bytes (RFC 9110 §14). Several ranges in one request are ignored:
// answering them costs far more than asking.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemill::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // 0: the range lies outside of what there is
};

// Null: the header is not one range of bytes, and the whole is sent.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace tidemill::http
