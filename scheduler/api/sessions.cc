// Signing in and out, and one's own password.
#include "scheduler/people/sessions.h"

#include "scheduler/api/body.h"
#include "scheduler/api/people.h"
#include "scheduler/api/people_change.h"
#include "scheduler/people/accounts.h"
#include "scheduler/people/cookie.h"
#include "scheduler/people/sign_in.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kSmallBody = 4096;

Transport transport_of(const Request& request) {
  return request.tls ? Transport::tls : Transport::plain;
}

std::string cookie_of(const Request& request) {
  const std::string* header = request.header("cookie");
  return header == nullptr ? "" : session_token_of(*header, transport_of(request));
}

Json user_json(const std::string& user) {
  Json json;
  json.set("user", user);
  return json;
}

// The session exists when this answers; its token goes into the cookie and nowhere else.
Result<Response> let_in(Context& context, const Request& request, Credential credential,
                        const std::string& user) {
  const Json stored = TRY(store(context, request, std::move(credential.change)));
  const Json* known = stored.find("user");
  Response response = Response::json(
      user_json(known != nullptr && known->is_string() ? known->as_string() : user));
  response.with("Set-Cookie",
                session_cookie(credential.token, transport_of(request), kSessionLife));
  return response;
}

Response refused(int status, std::string detail) {
  return Response::problem({status, "Not signed in", std::move(detail), {}});
}

Result<SignIn::Answer> try_password(Context& context, const Request& request,
                                    const std::string& user, const std::string& password) {
  return context.sign_in.verify(user, password, request.remote, system_now().boot);
}

Response ask_to_wait(Duration wait) {
  const auto seconds = std::max<std::int64_t>(1, wait.count() / 1'000'000);
  Response response = refused(429, fmt::format("too many tries; try again in {} s", seconds));
  response.with("Retry-After", std::to_string(seconds));
  return response;
}

Result<Response> let_in_by_password(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"user", "password"}));
  const std::string user = TRY(text_member(body, "user"));
  const std::string password = TRY(text_member(body, "password"));
  SignIn::Answer answer = TRY(try_password(context, request, user, password));
  if (answer.kind == SignIn::Answer::Kind::wait) return ask_to_wait(answer.wait);
  if (answer.kind == SignIn::Answer::Kind::refused) return refused(401, kWrongPassword);
  return let_in(context, request,
                begin_session(std::move(answer.verified), request.remote, system_now().wall), user);
}

Result<Response> use_link(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"token"}));
  const std::string token = TRY(text_member(body, "token"));
  auto database = TRY(context.people.take());
  Credential session = TRY(use_sign_in_link(*database, token, request.remote, system_now().wall));
  return let_in(context, request, std::move(session), "");
}

Result<Response> sign_out(Context& context, const Request& request) {
  const std::string token = cookie_of(request);
  Response response = Response::json(user_json(request.who.name));
  if (!token.empty()) {
    const auto ended = store(context, request, end_session(token, request.who.name));
    if (!ended.ok() && ended.error().code != ErrorCode::not_found) return ended.error();
  }
  response.with("Set-Cookie", no_session_cookie(transport_of(request)));
  return response;
}

Result<Response> whoami(Context&, const Request& request) {
  Json json = user_json(request.who.name);
  json.set("role", to_word(request.who.role));
  json.set("token", request.who.token.empty() ? Json() : Json(request.who.token));
  Json grants = Json(Json::Object());
  for (const auto& [dag, role] : request.who.grants) grants.set(dag, to_word(role));
  json.set("grants", std::move(grants));
  return Response::json(json);
}

Result<Response> set_password(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"current", "password"}));
  const std::string current = TRY(text_member(body, "current"));
  const std::string password = TRY(text_member(body, "password"));
  if (request.who.kind != Principal::Kind::user) {
    return refused(403, "only somebody who is signed in as a user has a password");
  }
  TRY(check_password(password));
  const SignIn::Answer answer = TRY(try_password(context, request, request.who.name, current));
  if (answer.kind == SignIn::Answer::Kind::wait) return ask_to_wait(answer.wait);
  if (answer.kind != SignIn::Answer::Kind::good) {
    return invalid("current: this is not your password");
  }
  const WallTime now = system_now().wall;
  std::string hash = TRY(context.hasher.hash(password));
  TRY(store(context, request,
            change_password(request.who.name, std::move(hash), MustChange::no, now)));
  return let_in(context, request, renew_session(request.who.name, request.remote, now),
                request.who.name);
}

}  // namespace

std::vector<http::Route> session_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, Permission permission,
                         http::RouteDoc doc, Body body) {
    return make_route(context, method, path, permission, std::move(doc), std::move(body),
                      kSmallBody);
  };
  return {
      route(Method::get, "/api/v1/session", Permission::signed_in,
            {"Who you are and what you may do", "Session", {}, "", "Session"}, whoami),
      route(Method::post, "/api/v1/session", Permission::anyone,
            {"Sign in with a password", "Session", {}, "SignIn", "User"}, let_in_by_password),
      route(Method::post, "/api/v1/session/link", Permission::anyone,
            {"Sign in with a link that works once", "Session", {}, "UseLink", "User"}, use_link),
      route(Method::delete_, "/api/v1/session", Permission::signed_in,
            {"Sign out", "Session", {}, "", "User"}, sign_out),
      route(Method::put, "/api/v1/session/password", Permission::signed_in,
            {"Set your password; every other session ends", "Session", {}, "SetPassword", "User"},
            set_password),
  };
}

}  // namespace tidemill::api
