// The words of HTTP status codes, and a request refused by the transport.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/http/response.h"

namespace tidemill::http {

std::string_view reason_phrase(int status);  // "Not Found"; "Error" for a code we never send

struct Refusal {
  int status = 400;
  std::string detail;  // what is wrong and what is accepted; never a copy of raw input
  // Where the next request would begin is not known, or must not be asked: close the connection.
  bool close = false;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Of a request whose end is not known.
inline Refusal bad_request(std::string detail) { return {400, std::move(detail), true}; }

Response to_response(const Refusal& refusal);

}  // namespace tidemill::http
