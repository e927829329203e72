#include "scheduler/http/range.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto number = to_int(text);
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  const std::string_view range = header.substr(6);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view last_text = range.substr(dash + 1);
  const auto last = parse_position(last_text);
  if (dash == 0) {  // the last n bytes
    if (!last) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const auto first = parse_position(range.substr(0, dash));
  if (!first || (!last_text.empty() && (!last || *last < *first))) return std::nullopt;
  if (*first >= size) return ByteRange{0, 0};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace tidemill::http
