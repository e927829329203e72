#include "scheduler/waits/private_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace tidemill {
namespace {

// The registries of special addresses (RFC 6890 and its updates). Ranges of IPv4 also hold for the
// IPv6 spellings that stand for them.
constexpr std::string_view kSpecial[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "::/128",        "::1/128",         "::/96",          "64:ff9b::/96",   "64:ff9b:1::/48",
    "100::/64",      "2001::/23",       "2001:db8::/32",  "2002::/16",      "3fff::/20",
    "5f00::/16",     "fc00::/7",        "fe80::/10",      "fec0::/10",      "ff00::/8"};

const std::vector<AddressRange>& special_ranges() {
  static const std::vector<AddressRange> kRanges = [] {
    std::vector<AddressRange> ranges;
    for (const std::string_view text : kSpecial) {
      const auto range = parse_address_range(text);
      CHECK(range.ok());
      ranges.push_back(*range);
    }
    return ranges;
  }();
  return kRanges;
}

bool is_in(const AddressBytes& address, const std::vector<AddressRange>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return contains(range, address); });
}

}  // namespace

std::string refuse_address(const std::string& address, const std::vector<AddressRange>& allowed) {
  const auto bytes = parse_address(address);
  if (!bytes) return fmt::format("\"{}\" is no address", address);
  if (!is_in(*bytes, special_ranges()) || is_in(*bytes, allowed)) return {};
  return fmt::format(
      "{} is not a public address; an operator can allow it with allow_private_network", address);
}

}  // namespace tidemill
