#include "scheduler/http/admission.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "scheduler/http/framing.h"
#include "scheduler/http/head.h"
#include "scheduler/http/head_gate.h"
#include "scheduler/http/origin.h"
#include "scheduler/http/target.h"

namespace tidemill::http {
namespace {

constexpr std::array<Method, 5> kMethods = {Method::get, Method::post, Method::put, Method::patch,
                                            Method::delete_};

std::optional<Method> to_method(std::string_view word) {
  if (word == "HEAD") return Method::get;
  for (const Method method : kMethods) {
    if (to_word(method) == word) return method;
  }
  return std::nullopt;
}

std::string allow_header(std::span<const Method> methods) {
  std::string text;
  for (const Method method : methods) {
    if (!text.empty()) text += ", ";
    text += to_word(method);
    if (method == Method::get) text += ", HEAD";
  }
  return text;
}

bool is_json(std::string_view content_type) {
  const std::string type = to_lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

}  // namespace

Admission Gate::admit(std::string_view head, const Peer& peer) const {
  Admission out;
  out.request.remote = peer.remote;
  out.request.tls = peer.tls;
  out.refusal = check(head, peer, out);
  if (out.refusal && out.refusal->close) out.keep_alive = false;
  return out;
}

std::optional<Refusal> Gate::check(std::string_view head, const Peer& peer, Admission& out) const {
  if (auto refusal = check_head(head)) return refusal;
  auto parsed = parse_head(head);
  if (!parsed.ok()) return Refusal{400, "the head is not HTTP/1.1", true};
  Request& request = out.request;
  request.headers = std::move(parsed->headers);
  out.method = parsed->method;
  const auto method = to_method(parsed->method);
  request.method = method.value_or(Method::get);
  request.head = parsed->method == "HEAD";
  if (auto refusal = check_framing(out)) return refusal;
  if (auto refusal = check_host(peer, request)) return refusal;
  if (!method) {
    // TRACE, CONNECT and OPTIONS are known and allowed nowhere.
    const bool known = out.method == "OPTIONS" || out.method == "TRACE" || out.method == "CONNECT";
    return Refusal{known ? 405 : 501,
                   "this server has GET, HEAD, POST, PUT, PATCH and DELETE",
                   true,
                   {{"Allow", allow_header(kMethods)}}};
  }
  if (auto refusal = check_route(parsed->target, out)) return refusal;
  return out.route->webhook ? std::nullopt : check_origin(request);
}

std::optional<Refusal> Gate::check_host(const Peer& peer, const Request& request) const {
  const std::string* host = request.header("host");
  if (host == nullptr) return Refusal{400, "the request has no Host header", true};
  const auto authority = parse_authority(*host);
  if (!authority) return Refusal{400, "the Host header is not a name and a port", true};
  if (peer.remote == "unix" || hosts_.allows(authority->name, peer.local)) return std::nullopt;
  return Refusal{
      421,
      "this server does not answer under the name in the Host header; the option `hosts` "
      "lists its names",
      true};
}

std::optional<Refusal> Gate::check_route(std::string_view target, Admission& out) const {
  auto parsed = parse_target(target);
  if (!parsed.ok()) return Refusal{400, parsed.error().message, true};
  out.request.path = std::move(parsed->path);
  out.request.query = std::move(parsed->query);
  auto match = routes_.find(out.request.method, parsed->segments);
  if (match.route == nullptr) {
    if (match.allowed.empty()) return Refusal{404, "there is nothing at this path"};
    const std::string allow = allow_header(match.allowed);
    return Refusal{405, "this path takes " + allow, false, {{"Allow", allow}}};
  }
  out.route = match.route;
  out.request.captured = std::move(match.captured);
  return std::nullopt;
}

std::optional<Refusal> check_body(const Admission& admission) {
  if (admission.content_length == 0) return std::nullopt;
  const Route& route = *admission.route;
  if (admission.content_length > route.body_limit) {
    return Refusal{413,
                   route.body_limit == 0 ? std::string("this path takes no body")
                                         : fmt::format("the body has {}, this path takes {}",
                                                       format_bytes(admission.content_length),
                                                       format_bytes(route.body_limit)),
                   true};
  }
  if (admission.request.header("content-encoding") != nullptr) {
    return Refusal{415, "send the body without Content-Encoding", true};
  }
  const std::string* type = admission.request.header("content-type");
  if (route.body == Route::Body::json && (type == nullptr || !is_json(*type))) {
    return Refusal{415, "send the body as Content-Type: application/json", true};
  }
  return std::nullopt;
}

}  // namespace tidemill::http
