#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {

namespace {

using Byte = unsigned char;

bool is_continuation(char c) { return (static_cast<Byte>(c) & 0xC0u) == 0x80u; }

// The second byte's range keeps out overlong forms, surrogates and code points over U+10FFFF
// (Unicode 15, table 3-7 "Well-formed UTF-8 byte sequences").
bool second_byte_fits(Byte first, Byte second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return second >= 0x80 && second <= 0xBF;
  }
}

std::size_t length_by_first_byte(Byte first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

char32_t decode(std::string_view sequence) {
  constexpr std::uint32_t kFirstMask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t code = static_cast<Byte>(sequence[0]) & kFirstMask[sequence.size()];
  for (const char c : sequence.substr(1)) code = (code << 6) | (static_cast<Byte>(c) & 0x3Fu);
  return code;
}

// Code points that change how a terminal or page shows the text around them, or show as nothing.
bool is_deceptive(char32_t code) {
  return (code >= 0x80 && code <= 0x9F) || code == 0xAD || code == 0x61C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

std::string shown(std::string_view sequence) {
  const Byte first = static_cast<Byte>(sequence[0]);
  if (sequence.size() == 1) {
    if (first < 0x20 || first >= 0x7F) return fmt::format("\\x{:02x}", first);
    return std::string(sequence);
  }
  const char32_t code = decode(sequence);
  if (is_deceptive(code)) return fmt::format("U+{:04X}", static_cast<std::uint32_t>(code));
  return std::string(sequence);
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const Byte first = static_cast<Byte>(text[0]);
  const std::size_t length = length_by_first_byte(first);
  if (length < 2) return length;
  if (text.size() < length) return 0;
  if (!second_byte_fits(first, static_cast<Byte>(text[1]))) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return length;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    at += length == 0 ? 1 : length;
    ++count;
  }
  return count;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kEllipsis = "…";
  std::string out;
  std::size_t fits = 0;  // length of `out` up to which the ellipsis still has room
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text.substr(at)));
    out += shown(text.substr(at, length));
    at += length;
    if (out.size() > max_bytes) {
      out.resize(fits);
      return out += kEllipsis;
    }
    if (out.size() + kEllipsis.size() <= max_bytes) fits = out.size();
  }
  return out;
}

}  // namespace tidemill
