// The session cookie: HttpOnly, SameSite=Strict, Path=/, and over TLS also Secure with the __Host-
// prefix, which no other host of the same domain can set.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tidemill {

enum class Transport : std::uint8_t { plain, tls };

// Values for a Set-Cookie header.
std::string session_cookie(std::string_view session_token, Transport transport, Duration lives);
std::string no_session_cookie(Transport transport);  // makes a browser forget it

// The session token of a Cookie header. Empty when there is none, when the cookie is there twice
// (somebody else set one), or when it is no session token. Over TLS only the prefixed name counts.
std::string session_token_of(std::string_view cookie_header, Transport transport);

}  // namespace tidemill
