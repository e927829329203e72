#include "scheduler/http/host.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill::http {
namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kNameChars = "abcdefghijklmnopqrstuvwxyz0123456789-._";
constexpr std::string_view kAddressChars = "0123456789abcdef:.";

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  const std::string lower = to_lower_ascii(text);
  std::string_view rest = lower;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    authority.name = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    if (!all_of(authority.name, kAddressChars)) return std::nullopt;
  } else {
    authority.name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(authority.name.size());
    if (!all_of(authority.name, kNameChars)) return std::nullopt;
  }
  if (authority.name.empty() || authority.name.size() > 253) return std::nullopt;
  if (rest.empty()) return authority;
  authority.port = rest.substr(1);
  const auto port = to_int(authority.port);
  if (rest.front() != ':' || !port || *port < 1 || *port > 65'535) return std::nullopt;
  return authority;
}

HostList::HostList(std::vector<std::string> names) : names_{"localhost", "127.0.0.1", "::1"} {
  for (const std::string& name : names) {
    const auto authority = parse_authority(name);
    names_.push_back(authority ? authority->name : to_lower_ascii(name));
  }
}

bool HostList::allows(const std::string& name, const std::string& local) const {
  return name == local || std::find(names_.begin(), names_.end(), name) != names_.end();
}

}  // namespace tidemill::http
