// Bytes as base64 with padding (RFC 4648 §4), for headers.
#pragma once

#include <string>
#include <string_view>

namespace tidemill {

std::string to_base64(std::string_view bytes);

}  // namespace tidemill
