// A request as handlers see it: whole, bounded, decoded once, and with a known sender.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "core/access.h"

namespace tidemill::http {

enum class Method : std::uint8_t { get, post, put, patch, delete_ };  // HEAD arrives as get
std::string_view to_word(Method method);                              // "GET"

// ?a=1&b=2, decoded once. A name given twice, a name without `=` and bad escapes are refused
// before a handler sees the request.
class Query {
 public:
  static Result<Query> parse(std::string_view text);  // what follows the `?`

  const std::string* find(std::string_view name) const;
  std::string text(std::string_view name, std::string fallback = "") const;
  // Whole number within [low, high]; otherwise `invalid`, naming the parameter.
  Result<std::int64_t> integer(std::string_view name, std::int64_t fallback, std::int64_t low,
                               std::int64_t high) const;
  Result<bool> flag(std::string_view name, bool fallback) const;  // true, false, 1, 0
  // `invalid` when a parameter is there that is not in the list (with the nearest name).
  Status only(std::initializer_list<std::string_view> names) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return values_; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

struct Request {
  Method method = Method::get;
  std::string path;                                           // decoded; "/api/v1/runs/12"
  std::vector<std::pair<std::string, std::string>> captured;  // {name} parts of the route
  Query query;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string remote;  // address of the peer; "unix" for the local socket
  std::string id;      // of this request, for logs and error answers
  Principal who;
  bool head = false;  // the client wants no body
  bool tls = false;
  // Authenticate only: asked again for an event stream that is still open, so this is no use of
  // the session that would keep it alive.
  bool recheck = false;

  const std::string* header(std::string_view lower_case_name) const;
  const std::string& capture(std::string_view name) const;  // CHECKs that the route has it
  // The body as a JSON object, for routes that take one. An empty body is an empty object.
  Result<Json::Object> json() const;
};

}  // namespace tidemill::http
