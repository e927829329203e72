#include "scheduler/http/outgoing_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

constexpr std::size_t kMaxBytes = 4096;

Error refused(std::string_view text, std::string_view why) {
  return invalid(fmt::format("\"{}\" is not asked: {}", printable(text, 120), why));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

std::string_view refuse_port(const std::string& port) {
  const auto number = to_int(port);
  if (!number || *number < 1 || *number > 65535 || port.size() > 5) return "the port is no number";
  if (*number < 1024 && *number != 80 && *number != 443) {
    return "of the ports below 1024 only 80 and 443 are asked";
  }
  return {};
}

// "host", "host:8080", "[::1]:8080".
std::string_view split_authority(std::string_view authority, OutgoingUrl& url) {
  std::string_view rest;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return "its bracket is not closed";
    url.host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
    if (url.host.find(':') == std::string::npos) return "brackets are for IPv6 addresses";
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) rest = authority.substr(colon);
    if (rest.find(':', 1) != std::string_view::npos) return "an IPv6 address stands in brackets";
  }
  if (rest.starts_with(':')) {
    url.port = rest.substr(1);
  } else if (!rest.empty()) {
    return "something stands between host and port";
  }
  return {};
}

}  // namespace

std::string OutgoingUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

Result<OutgoingUrl> parse_outgoing_url(std::string_view text) {
  if (text.size() > kMaxBytes) return refused(text, "it is longer than 4 KiB");
  const bool odd = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>';
  });
  if (odd) return refused(text, "it holds a space or a character that must be written as %XX");
  OutgoingUrl url;
  const std::string scheme = to_lower_ascii(text.substr(0, text.find("://")));
  if (text.find("://") == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return refused(text, "it does not begin with http:// or https://");
  }
  url.tls = scheme == "https";
  url.port = url.tls ? "443" : "80";
  std::string_view rest = text.substr(scheme.size() + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto path = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, path);
  if (authority.find('@') != std::string_view::npos) {
    return refused(text, "it names a user; put secrets elsewhere");
  }
  if (const auto why = split_authority(authority, url); !why.empty()) return refused(text, why);
  if (url.host.empty() || url.host.size() > 253 ||
      !std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
    return refused(text, "it has no host that can be looked up");
  }
  if (const auto why = refuse_port(url.port); !why.empty()) return refused(text, why);
  if (path != std::string_view::npos) url.target = rest.substr(path);
  if (!url.target.starts_with('/')) url.target = "/" + url.target;
  return url;
}

}  // namespace tidemill::http
