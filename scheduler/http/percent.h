// Percent decoding, once. What it makes is never decoded again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemill::http {

// Null when an escape is cut short or is not hexadecimal.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Whether there is a `%` with two hexadecimal digits, which another decoder would take for an
// escape.
bool has_escape(std::string_view text);

}  // namespace tidemill::http
