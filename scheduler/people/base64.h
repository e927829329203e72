// Bytes as base64 with padding (RFC 4648 §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // none when it is something else

// As libsodium wants them.
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace tidemill
