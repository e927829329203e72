#include "cli/client/address.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

#include "base/fd.h"
#include "base/text.h"
#include "cli/data_dir.h"

namespace tidemill::client {
namespace {

constexpr int kHttpPort = 8420, kHttpsPort = 443;

std::string named_server(const ServerOptions& options) {
  if (!options.server.empty()) return options.server;
  const char* value = std::getenv("TIDEMILL_SERVER");
  // A folder that was named on the command line is meant, whatever the environment says.
  return value == nullptr || !options.data_dir.empty() ? "" : value;
}

Error bad_url(const std::string& url, const char* what) {
  return invalid(fmt::format("the server {}: {}; write it as http://127.0.0.1:8420 or https://HOST",
                             printable(url), what));
}

// "host", "host:1", "[::1]", "[::1]:1" into the address.
bool split_authority(const std::string& text, Address& address) {
  std::string port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string::npos) return false;
    address.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    port = colon == std::string::npos ? "" : text.substr(colon);
  }
  if (address.host.empty() || address.host.find_first_of(" \t\r\n%[]") != std::string::npos)
    return false;
  if (port.empty()) return true;
  const auto number = to_int(port.substr(1));
  if (port[0] != ':' || !number || *number < 1 || *number > 65535) return false;
  address.port = static_cast<int>(*number);
  return true;
}

}  // namespace

std::string Address::authority() const {
  if (is_local()) return "localhost";
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

Result<Address> parse_server(const std::string& url) {
  Address address;
  const std::string lower = to_lower_ascii(url);
  std::string rest;
  if (lower.starts_with("http://")) {
    rest = url.substr(7);
    address.port = kHttpPort;
  } else if (lower.starts_with("https://")) {
    rest = url.substr(8);
    address.tls = true;
    address.port = kHttpsPort;
  } else {
    return bad_url(url, "it begins with neither http:// nor https://");
  }
  if (rest.ends_with('/')) rest.pop_back();
  // The rest is not shown: it may hold a password.
  if (rest.find('@') != std::string::npos) {
    return invalid(
        "the server is written without a name and a password; put an API token into "
        "$TIDEMILL_TOKEN or ~/.config/tidemill/token");
  }
  if (rest.find_first_of("/?#") != std::string::npos) return bad_url(url, "it has a path");
  if (!split_authority(rest, address)) return bad_url(url, "host or port are wrong");
  address.shown = fmt::format("{}://{}", address.tls ? "https" : "http", address.authority());
  return address;
}

Result<Address> find_server(const ServerOptions& options) {
  if (const std::string named = named_server(options); !named.empty()) return parse_server(named);
  Address address;
  address.shown = TRY(resolve_data_dir(options.data_dir));
  address.unix_path = address.shown + "/run/api.sock";
  return address;
}

bool is_named(const ServerOptions& options) { return !named_server(options).empty(); }

bool may_answer(const Address& address) {
  if (!address.is_local()) return true;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof name.sun_path) return false;
  std::memcpy(name.sun_path, address.unix_path.c_str(), address.unix_path.size() + 1);
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return probe &&
         ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
}

}  // namespace tidemill::client
