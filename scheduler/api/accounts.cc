// Users with their grants, and API tokens.
#include "scheduler/people/accounts.h"

#include "base/text.h"
#include "scheduler/api/body.h"
#include "scheduler/api/people.h"
#include "scheduler/api/people_change.h"
#include "scheduler/api/words.h"
#include "scheduler/people/api_tokens.h"
#include "scheduler/people/names.h"
#include "scheduler/people/password.h"
#include "scheduler/storage/people_tokens.h"
#include "scheduler/storage/people_users.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

Result<Json> user_json(Database& database, const UserRow& row) {
  Json grants = Json(Json::Object());
  for (const auto& [dag, role] : TRY(grants_of(database, row.name))) {
    grants.set(dag, to_word(role));
  }
  Json json;
  json.set("user", row.name);
  json.set("role", to_word(row.role));
  json.set("disabled", row.disabled);
  json.set("has_password", row.password.has_value());
  json.set("must_change_password", row.must_change);
  json.set("grants", std::move(grants));
  json.set("created_at", time_or_null(row.created_at));
  return json;
}

Result<Response> list_users(Context& context, const Request& request) {
  TRY(request.query.only({}));
  auto database = TRY(context.people.take());
  Json::Array users;
  for (const UserRow& row : TRY(all_users(*database))) {
    users.push_back(TRY(user_json(*database, row)));
  }
  Json json;
  json.set("users", std::move(users));
  return Response::json(json);
}

Result<Role> role_member(const Json::Object& body, std::string_view fallback) {
  const std::string word = TRY(text_member(body, "role", std::string(fallback)));
  return parse_role(word);
}

Result<std::optional<std::string>> hash_member(Context& context, const Json::Object& body) {
  const std::string password = TRY(text_member(body, "password"));
  if (password.empty()) return std::optional<std::string>();
  TRY(check_password(password));
  return std::optional<std::string>(TRY(context.hasher.hash(password)));
}

Result<Response> make_user(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"user", "role", "password", "must_change_password"}));
  NewUser user;
  user.name = TRY(text_member(body, "user"));
  user.role = TRY(role_member(body, "viewer"));
  user.must_change = TRY(flag_member(body, "must_change_password", false));
  user.password_hash = TRY(hash_member(context, body));
  const std::string name = user.name;
  return answer_store(context, request, create_user(std::move(user), system_now().wall), "user",
                      name, 201);
}

Result<Response> change_user(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"role", "disabled", "password", "must_change_password"}));
  const std::string& name = request.capture("user");
  if (body.empty()) return invalid("nothing to change: give role, disabled or password");
  if (find_member(body, "role") != nullptr) {
    const Role role = TRY(role_member(body, ""));
    TRY(store(context, request, change_role(name, role)));
  }
  if (find_member(body, "disabled") != nullptr) {
    const bool disabled = TRY(flag_member(body, "disabled", false));
    TRY(store(context, request, disabled ? disable_user(name) : enable_user(name)));
  }
  const auto hash = TRY(hash_member(context, body));
  if (hash) {
    const bool must = TRY(flag_member(body, "must_change_password", true));
    TRY(store(
        context, request,
        change_password(name, *hash, must ? MustChange::yes : MustChange::no, system_now().wall)));
  }
  Json json;
  json.set("user", name);
  return Response::json(json);
}

Result<Response> remove_user(Context& context, const Request& request) {
  const std::string& name = request.capture("user");
  return answer_store(context, request, delete_user(name), "user", name);
}

Result<Response> grant(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"role"}));
  const Role role = TRY(role_member(body, ""));
  return answer_store(context, request,
                      grant_role(request.capture("user"), request.capture("granted"), role), "user",
                      request.capture("user"));
}

Result<Response> revoke(Context& context, const Request& request) {
  return answer_store(context, request,
                      revoke_grant(request.capture("user"), request.capture("granted")), "user",
                      request.capture("user"));
}

Result<Response> sign_in_link(Context& context, const Request& request) {
  Credential link = make_link(request.capture("user"), system_now().wall);
  TRY(store(context, request, std::move(link.change)));
  Json json;
  json.set("user", request.capture("user"));
  json.set("path", "/sign-in#" + link.token);
  return Response::json(json, 201);
}

// Tokens -----------------------------------------------------------------------------------------

std::string_view state_word(TokenState state) {
  switch (state) {
    case TokenState::good:
      return "good";
    case TokenState::expired:
      return "expired";
    case TokenState::revoked:
      return "revoked";
  }
  UNREACHABLE();
}

Json token_json(const TokenRow& row, WallTime now) {
  Json json;
  json.set("owner", row.owner);
  json.set("token", row.name);
  json.set("prefix", row.prefix);
  json.set("scope", to_word(row.scope));
  json.set("dags", row.dags ? Json(Json::Array(row.dags->begin(), row.dags->end())) : Json());
  json.set("state", state_word(state_of(row, now)));
  json.set("created_at", time_or_null(row.created_at));
  json.set("expires_at", time_or_null(row.expires_at));
  json.set("last_used", time_or_null(row.last_used));
  json.set("revoked_at", time_or_null(row.revoked_at));
  return json;
}

Result<Response> list_tokens(Context& context, const Request& request) {
  TRY(request.query.only({}));
  auto database = TRY(context.people.take());
  const bool everybodys = allows(request.who, Permission::administer);
  const WallTime now = system_now().wall;
  Json::Array tokens;
  for (const TokenRow& row : TRY(all_tokens(*database, everybodys ? "" : request.who.name))) {
    tokens.push_back(token_json(row, now));
  }
  Json json;
  json.set("tokens", std::move(tokens));
  return Response::json(json);
}

Result<std::optional<std::vector<std::string>>> dags_member(const Json::Object& body) {
  const Json* dags = find_member(body, "dags");
  if (dags == nullptr) return std::optional<std::vector<std::string>>();
  std::vector<std::string> names;
  if (!dags->is_array()) return invalid("dags: must be a list of names");
  for (const Json& dag : dags->as_array()) {
    if (!dag.is_string()) return invalid("dags: must be a list of names");
    names.push_back(dag.as_string());
  }
  return std::optional(std::move(names));
}

Result<Response> make_token_for(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"owner", "token", "scope", "dags", "expires_at"}));
  NewToken token;
  token.owner = TRY(text_member(body, "owner", request.who.name));
  token.name = TRY(text_member(body, "token"));
  const std::string scope = TRY(text_member(body, "scope", "viewer"));
  token.scope = TRY(parse_role(scope));
  token.dags = TRY(dags_member(body));
  token.expires_at = TRY(time_member(body, "expires_at")).value_or(WallTime{});
  Json json;
  json.set("owner", token.owner);
  json.set("token", token.name);
  json.set("scope", to_word(token.scope));
  Credential made = create_api_token(std::move(token), request.who, system_now().wall);
  TRY(store(context, request, std::move(made.change)));
  json.set("secret", made.token);
  return Response::json(json, 201);
}

Result<Response> revoke_token(Context& context, const Request& request) {
  const std::string& owner = request.capture("owner");
  const std::string& name = request.capture("token");
  TRY(store(context, request, revoke_api_token(owner, name, request.who, system_now().wall)));
  Json json;
  json.set("owner", owner);
  json.set("token", name);
  return Response::json(json);
}

}  // namespace

std::vector<http::Route> account_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, Permission permission,
                         http::RouteDoc doc, Body body) {
    return make_route(context, method, path, permission, std::move(doc), std::move(body), 64 << 10);
  };
  constexpr Permission kAdmin = Permission::administer;
  return {
      route(Method::get, "/api/v1/users", kAdmin, {"All users", "People", {}, "", "UserList"},
            list_users),
      route(Method::post, "/api/v1/users", kAdmin,
            {"Make a user", "People", {}, "NewUser", "User", 201}, make_user),
      route(Method::patch, "/api/v1/users/{user}", kAdmin,
            {"Change role or password, disable or enable", "People", {}, "ChangeUser", "User"},
            change_user),
      route(Method::delete_, "/api/v1/users/{user}", kAdmin,
            {"Delete a user with tokens and sessions", "People", {}, "", "User"}, remove_user),
      route(Method::put, "/api/v1/users/{user}/grants/{granted}", kAdmin,
            {"A role for one dag", "People", {}, "Grant", "User"}, grant),
      route(Method::delete_, "/api/v1/users/{user}/grants/{granted}", kAdmin,
            {"Take a grant away", "People", {}, "", "User"}, revoke),
      route(Method::post, "/api/v1/users/{user}/sign-in-link", kAdmin,
            {"A link that signs the user in once", "People", {}, "", "SignInLink", 201},
            sign_in_link),
      route(Method::get, "/api/v1/tokens", Permission::signed_in,
            {"Your API tokens; all of them for administrators", "People", {}, "", "TokenList"},
            list_tokens),
      route(Method::post, "/api/v1/tokens", Permission::signed_in,
            {"Make an API token, shown once", "People", {}, "NewToken", "NewTokenAnswer", 201},
            make_token_for),
      route(Method::delete_, "/api/v1/tokens/{owner}/{token}", Permission::signed_in,
            {"Revoke a token", "People", {}, "", "Token"}, revoke_token),
  };
}

}  // namespace tidemill::api
