#include "scheduler/http/origin.h"

#include "base/text.h"
#include "scheduler/http/host.h"

namespace tidemill::http {
namespace {

Refusal foreign(std::string detail) { return {403, std::move(detail)}; }

bool is_same_origin(std::string_view origin, const std::string* host) {
  const std::string lower = to_lower_ascii(origin);
  std::string_view rest = lower;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return false;  // "null" as well
  }
  const auto theirs = parse_authority(rest);
  return theirs && host != nullptr && theirs == parse_authority(*host);
}

}  // namespace

std::optional<Refusal> check_origin(const Request& request) {
  if (request.method == Method::get) return std::nullopt;
  const std::string* site = request.header("sec-fetch-site");
  const std::string* origin = request.header("origin");
  if (site != nullptr) {
    // A form of our own pages has `Origin: null`, as they send no referrer, so this one decides.
    if (*site == "same-origin" || *site == "none") return std::nullopt;
    return foreign("a page of another site may not send this request");
  }
  if (origin != nullptr) {
    if (is_same_origin(*origin, request.header("host"))) return std::nullopt;
    return foreign("the Origin of this request is another site than its Host");
  }
  if (request.header("cookie") != nullptr) {
    return foreign("a request with a cookie needs the header Sec-Fetch-Site or Origin");
  }
  if (request.remote == "unix" || request.header("authorization") != nullptr) return std::nullopt;
  return foreign("send an Authorization header, or Origin with the address of this server");
}

}  // namespace tidemill::http
