#include "core/cron_charset.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "base/text.h"

namespace tidemill {
namespace {

struct NamedRange {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view name;
};

constexpr std::array<NamedRange, 15> kNamed = {{{0xa0, 0xa0, "a no-break space"},
                                                {0xd7, 0xd7, "a multiplication sign"},
                                                {0x660, 0x669, "an Arabic-Indic digit"},
                                                {0x2000, 0x200a, "a typographic space"},
                                                {0x200b, 0x200f, "an invisible character"},
                                                {0x2010, 0x2015, "a typographic dash"},
                                                {0x202f, 0x202f, "a narrow no-break space"},
                                                {0x2044, 0x2044, "a fraction slash"},
                                                {0x204e, 0x204e, "a low asterisk"},
                                                {0x2212, 0x2212, "a minus sign"},
                                                {0x2217, 0x2217, "an asterisk operator"},
                                                {0x3000, 0x3000, "an ideographic space"},
                                                {0xfeff, 0xfeff, "a byte order mark"},
                                                {0xff10, 0xff19, "a full-width digit"},
                                                {0xff01, 0xff5e, "a full-width character"}}};

// The character at `at` of valid UTF-8.
std::uint32_t decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const unsigned followers = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  std::uint32_t value = lead & (0x3fU >> followers);
  for (unsigned i = 1; i <= followers; ++i) {
    value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
  }
  return value;
}

std::string describe(std::uint32_t character) {
  for (const NamedRange& range : kNamed) {
    if (character >= range.first && character <= range.last) {
      return fmt::format("U+{:04X}, {},", character, range.name);
    }
  }
  return fmt::format("U+{:04X}", character);
}

}  // namespace

Status check_cron_charset(std::string_view text) {
  if (const auto at = find_invalid_utf8(text)) {
    return invalid(
        fmt::format("cron: byte {} is not text; cron is written in plain ASCII", *at + 1));
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      return invalid(fmt::format("cron: {} at byte {} is not plain ASCII; type it anew",
                                 describe(decode(text, at)), at + 1));
    }
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
      return invalid(fmt::format(
          "cron: control character \\x{:02x} at byte {}; write it as one line", byte, at + 1));
    }
  }
  return Ok{};
}

}  // namespace tidemill
