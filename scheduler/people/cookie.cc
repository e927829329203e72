#include "scheduler/people/cookie.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scheduler/people/bearer.h"

namespace tidemill {
namespace {

std::string_view name_of(Transport transport) {
  return transport == Transport::tls ? "__Host-tidemill" : "tidemill";
}

std::string cookie(std::string_view value, Transport transport, std::int64_t seconds) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", name_of(transport),
                     value, seconds, transport == Transport::tls ? "; Secure" : "");
}

}  // namespace

std::string session_cookie(std::string_view session_token, Transport transport, Duration lives) {
  return cookie(session_token, transport,
                std::chrono::duration_cast<std::chrono::seconds>(lives).count());
}

std::string no_session_cookie(Transport transport) { return cookie("", transport, 0); }

std::string session_token_of(std::string_view cookie_header, Transport transport) {
  const std::string_view wanted = name_of(transport);
  std::string_view found;
  int times = 0;
  for (const std::string_view piece : split(cookie_header, ';')) {
    const std::string_view pair = trim(piece);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
    found = pair.substr(equals + 1);
    ++times;
  }
  if (times != 1 || !is_token(found, TokenKind::session)) return {};
  return std::string(found);
}

}  // namespace tidemill
