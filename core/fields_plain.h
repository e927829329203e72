// What a plain (unquoted) YAML scalar is read as, by YAML 1.2 readers and by those of YAML 1.1 that
// are still everywhere. Where they differ, or differ from what is written, quotes are asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

struct PlainReading {
  enum class Kind : std::uint8_t {
    text,
    boolean,    // true, false in any of YAML 1.2's spellings
    integer,    // decimal, no leading zero
    number,     // decimal with a point, no exponent
    ambiguous,  // no, on, 010, 0x1F, 1_000, 1e3, 12:30:45, .inf
  } kind = Kind::text;
  std::string read_as;  // for people: "false", "8 or 10"; empty for text
};

PlainReading read_plain(std::string_view text);

}  // namespace tidemill
