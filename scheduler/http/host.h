// Which names a request may be addressed to. A page of another site can point its own name at this
// address (DNS rebinding), and then only the Host header tells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::http {

// "example.org", "[::1]" without brackets, both in lower case; the port, "" when there is none.
struct Authority {
  std::string name;
  std::string port;
  bool operator==(const Authority&) const = default;
};
std::optional<Authority> parse_authority(std::string_view text);

class HostList {
 public:
  explicit HostList(std::vector<std::string> names);

  // Loopback, the listed names, and the very address that the connection came in at: a literal
  // address cannot be rebound. `local` is an address literal.
  bool allows(const std::string& name, const std::string& local) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace tidemill::http
