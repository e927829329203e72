// Looks at the raw bytes of a request head before any parser does, and refuses whatever two parsers
// could read differently: folded lines, bare line feeds, spaces before a colon, control bytes.
// What passes has one reading.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "scheduler/http/status.h"

namespace tidemill::http {

inline constexpr std::size_t kMaxHead = 16 << 10;  // bytes, blank line included
inline constexpr std::size_t kMaxTarget = 8 << 10;
inline constexpr std::size_t kMaxHeaders = 64;

// Where a head that is being received is known to end or to be wrong: behind its blank line, or
// behind the first byte that no head may have (then check_head refuses it). 0: more bytes are
// needed. `looked_at` bytes were there in the last call and need not be looked at again.
std::size_t find_head_end(std::string_view received, std::size_t looked_at);

// `head` ends with its blank line. Every refusal closes the connection.
std::optional<Refusal> check_head(std::string_view head);

}  // namespace tidemill::http
