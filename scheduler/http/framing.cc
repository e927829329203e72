#include "scheduler/http/framing.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tidemill::http {
namespace {

// Headers that decide something: of two, one reader takes the first and another the last.
constexpr std::array<std::string_view, 18> kOnce = {
    "authorization",   "connection", "content-encoding", "content-length",
    "content-type",    "cookie",     "expect",           "host",
    "idempotency-key", "if-match",   "if-none-match",    "last-event-id",
    "origin",          "range",      "sec-fetch-site",   "transfer-encoding",
    "sec-fetch-mode",  "upgrade"};

std::optional<Refusal> check_doubles(const Request& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const std::string& name = request.headers[i].first;
    if (std::find(kOnce.begin(), kOnce.end(), name) == kOnce.end()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (request.headers[j].first == name)
        return bad_request("the header `" + name + "` is given twice");
    }
  }
  return std::nullopt;
}

std::optional<Refusal> check_length(Admission& out) {
  const std::string* length = out.request.header("content-length");
  if (out.request.header("transfer-encoding") != nullptr) {
    if (length != nullptr)
      return bad_request("Content-Length and Transfer-Encoding exclude each other");
    return Refusal{501, "Transfer-Encoding is not taken; send a Content-Length", true};
  }
  if (length == nullptr) return std::nullopt;
  // Digits only: `+5`, `-1` and `5, 5` each have a reader that takes them for something.
  const bool digits = length->find_first_not_of("0123456789") == std::string::npos;
  const auto number = digits ? to_int(*length) : std::nullopt;
  if (!number || *number > (std::int64_t{1} << 50)) {
    return bad_request("Content-Length is not a possible length");
  }
  out.content_length = static_cast<std::uint64_t>(*number);
  if (out.request.method == Method::get && *number > 0) {
    return bad_request("GET and HEAD have no body");
  }
  return std::nullopt;
}

std::optional<Refusal> check_expect(Admission& out) {
  const std::string* expect = out.request.header("expect");
  if (expect == nullptr) return std::nullopt;
  if (to_lower_ascii(*expect) != "100-continue") {
    return Refusal{417, "the only expectation that is understood is 100-continue", true};
  }
  out.expects_continue = out.content_length > 0;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_framing(Admission& out) {
  if (auto refusal = check_doubles(out.request)) return refusal;
  if (auto refusal = check_length(out)) return refusal;
  if (auto refusal = check_expect(out)) return refusal;
  if (const std::string* connection = out.request.header("connection")) {
    for (const std::string_view word : split(*connection, ',')) {
      if (to_lower_ascii(trim(word)) == "close") out.keep_alive = false;
    }
  }
  return std::nullopt;
}

}  // namespace tidemill::http
