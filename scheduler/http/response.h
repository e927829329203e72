// An answer: a status, headers and a body, or a stream of server-sent events. Security headers,
// Content-Length, Date and Connection are the server's work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace tidemill::http {

// A body that is read piece by piece while it is sent (log downloads). Called on a worker thread.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::uint64_t size() const = 0;
  // Up to `most` bytes from `offset`; fewer only at the end. An error cuts the connection.
  virtual Result<std::string> read(std::uint64_t offset, std::size_t most) = 0;
};

struct Problem {  // RFC 9457
  int status = 500;
  std::string title;   // one line; the same for every occurrence
  std::string detail;  // what happened here, and what to do
  // (JSON pointer or parameter name, what is wrong with it)
  std::vector<std::pair<std::string, std::string>> errors;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<BodySource> source;  // instead of body
  bool event_stream = false;           // the connection becomes a reader of the event hub
  std::vector<std::string> topics;     // of the event stream

  static Response json(const Json& value, int status = 200);
  static Response text(std::string body, std::string content_type);
  static Response problem(const Problem& problem);
  // `invalid` 400, `not_found` 404, `conflict` 409, `unsupported` 422, `unavailable` 503,
  // otherwise 500. The text of the error is the detail, except for 500.
  static Response error(const Error& error);
  Response& with(std::string name, std::string value) &;
};

}  // namespace tidemill::http
