// gzip of a whole body in memory (RFC 1952).
#pragma once

#include <string>
#include <string_view>

namespace tidemill::http {

// Fast rather than small: answers are made anew for each request.
std::string gzip(std::string_view text);

// Whether an Accept-Encoding header takes gzip ("gzip", "*", without q=0).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace tidemill::http
