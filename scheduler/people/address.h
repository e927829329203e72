// Addresses of clients, compared as numbers: one address has many spellings.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

// 16 bytes; an IPv4 address is the IPv6 address that stands for it.
using AddressBytes = std::array<unsigned char, 16>;
std::optional<AddressBytes> parse_address(std::string_view text);

// "10.0.0.1", "10.0.0.0/8", "fd00::/8".
struct AddressRange {
  AddressBytes first{};
  int bits = 128;
};
Result<AddressRange> parse_address_range(std::string_view text);
bool contains(const AddressRange& range, const AddressBytes& address);

// What tries to sign in are counted by: an IPv4 address, the /64 of an IPv6 address (which is what
// one client owns), or the text itself ("unix").
std::string source_of(std::string_view address);

}  // namespace tidemill
