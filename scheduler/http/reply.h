// An answer as it goes out: the head as bytes, and where the body comes from. Everything that a
// handler should not have to think of is added here: security headers, lengths, entity tags,
// ranges, compression.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "scheduler/http/request.h"
#include "scheduler/http/response.h"

namespace tidemill::http {

struct Reply {
  int status = 0;
  std::string head;  // with its blank line
  std::string body;  // empty when the client wants none
  std::shared_ptr<BodySource> source;
  std::uint64_t offset = 0;  // of the source, where the answer begins
  std::uint64_t length = 0;  // of it
  bool keep_alive = true;
  bool event_stream = false;
  std::vector<std::string> topics;
};

// An answer with a header that would break out of its line becomes a 500.
Reply make_reply(Response response, const Request& request, bool keep_alive, WallTime now);

// "Sun, 22 Nov 2026 08:54:03 GMT"
std::string http_date(WallTime now);

}  // namespace tidemill::http
