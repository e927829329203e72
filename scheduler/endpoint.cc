#include "scheduler/endpoint.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/people/address.h"

namespace tidemill {

Result<http::Endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : to_int(text.substr(colon + 1));
  const auto refused = [&] {
    return invalid(fmt::format(
        "{}: write it as ADDRESS:PORT, such as 127.0.0.1:8420, 0.0.0.0:8420 or [::1]:8420",
        printable(text)));
  };
  if (!port || *port < 0 || *port > 65535) return refused();
  http::Endpoint endpoint;
  endpoint.address = text.substr(0, colon);
  const bool in_brackets = endpoint.address.starts_with('[') && endpoint.address.ends_with(']');
  if (in_brackets) endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
  if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
  if (!parse_address(endpoint.address)) return refused();
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

std::string to_text(const http::Endpoint& endpoint) {
  const bool v6 = endpoint.address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", endpoint.address, v6 ? "]" : "", endpoint.port);
}

bool is_loopback(const http::Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return true;
  const auto address = parse_address(endpoint.address);
  if (!address) return false;
  static const AddressRange kFour = *parse_address_range("127.0.0.0/8");
  static const AddressRange kSix = *parse_address_range("::1");
  return contains(kFour, *address) || contains(kSix, *address);
}

}  // namespace tidemill
