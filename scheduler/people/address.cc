#include "scheduler/people/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const AddressBytes& bytes) {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  const std::string zero_ended(text.substr(0, text.find('%')));  // without the interface
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, zero_ended.c_str(), bytes.data()) == 1) return bytes;
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  if (::inet_pton(AF_INET, zero_ended.c_str(), bytes.data() + kMapped.size()) == 1) return bytes;
  return std::nullopt;
}

Result<AddressRange> parse_address_range(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto bytes = parse_address(address);
  const int widest = address.find(':') == std::string_view::npos ? 32 : 128;
  const auto bits = slash == std::string_view::npos ? std::optional<std::int64_t>(widest)
                                                    : to_int(text.substr(slash + 1));
  if (!bytes || !bits || *bits < 0 || *bits > widest) {
    return invalid(
        fmt::format("'{}' is no address or range of addresses, such as 10.0.0.1 or "
                    "10.0.0.0/8",
                    printable(text, 80)));
  }
  return AddressRange{*bytes, static_cast<int>(*bits) + (128 - widest)};
}

bool contains(const AddressRange& range, const AddressBytes& address) {
  for (int bit = 0; bit < range.bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int differs = (range.first[byte] ^ address[byte]) >> (7 - bit % 8);
    if ((differs & 1) != 0) return false;
  }
  return true;
}

std::string source_of(std::string_view address) {
  const auto bytes = parse_address(address);
  if (!bytes) return std::string(address.substr(0, 64));
  const std::size_t from = is_ipv4(*bytes) ? kMapped.size() : 0;
  const std::size_t size = is_ipv4(*bytes) ? 4 : 8;
  std::string key = is_ipv4(*bytes) ? "4" : "6";
  key.append(reinterpret_cast<const char*>(bytes->data()) + from, size);
  return key;
}

}  // namespace tidemill
