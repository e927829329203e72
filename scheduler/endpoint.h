// "127.0.0.1:8420", "[::1]:8420", "localhost:0": where to listen, as people write it.
#pragma once

#include <string>

#include "base/result.h"
#include "scheduler/http/server.h"

namespace tidemill {

Result<http::Endpoint> parse_endpoint(const std::string& text);
// "127.0.0.1:8420", "[::1]:8420".
std::string to_text(const http::Endpoint& endpoint);
// Whether only this machine can reach it.
bool is_loopback(const http::Endpoint& endpoint);

}  // namespace tidemill
