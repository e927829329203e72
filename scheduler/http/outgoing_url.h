// An address that we ask, in its parts. Stricter than browsers: what is odd is refused instead of
// repaired, because a repair is where two readers of one address begin to differ. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill::http {

struct OutgoingUrl {
  bool tls = false;
  std::string host;    // a name or an address, without brackets
  std::string port;    // as a number
  std::string target;  // path and query, at least "/"
  // For the Host header: with brackets, and the port unless it is the scheme's own.
  std::string authority() const;
};

// http and https only; no user, no control characters or spaces, no fragment; of the ports below
// 1024 only 80 and 443, so that no mail server or shell is spoken to.
Result<OutgoingUrl> parse_outgoing_url(std::string_view text);

}  // namespace tidemill::http
