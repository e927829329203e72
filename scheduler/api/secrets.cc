// Secrets by name: values come in and never go out.
#include "scheduler/api/body.h"
#include "scheduler/api/people.h"
#include "scheduler/api/people_change.h"
#include "scheduler/api/words.h"
#include "scheduler/people/secret_store.h"

namespace tidemill::api {
namespace {

using http::Method;
using http::Request;
using http::Response;

Result<Response> list_secrets(Context& context, const Request& request) {
  TRY(request.query.only({}));
  Json::Array secrets;
  for (const SecretInfo& info : TRY(context.secrets.list())) {
    Json json;
    json.set("secret", info.name);
    json.set("updated_at", time_or_null(info.updated_at));
    json.set("updated_by", info.updated_by);
    secrets.push_back(std::move(json));
  }
  Json json;
  json.set("secrets", std::move(secrets));
  return Response::json(json);
}

Result<Response> set_secret(Context& context, const Request& request) {
  const Json::Object body = TRY(request.json());
  TRY(only_members(body, {"value"}));
  std::string value = TRY(text_member(body, "value"));
  if (value.empty()) return invalid("value: is empty; to remove a secret, delete it");
  const std::string& name = request.capture("secret");
  tidemill::Change set = TRY(
      context.secrets.set(name, std::move(value), request.who.name, system_now().wall));
  return answer_store(context, request, std::move(set), "secret", name);
}

Result<Response> remove_secret(Context& context, const Request& request) {
  const std::string& name = request.capture("secret");
  return answer_store(context, request, context.secrets.remove(name), "secret", name);
}

}  // namespace

std::vector<http::Route> secret_routes(Context& context) {
  const auto route = [&](Method method, std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, method, path, Permission::administer, std::move(doc),
                      std::move(body), method == Method::put ? 2 * kMaxSecretValueBytes : 0);
  };
  return {
      route(Method::get, "/api/v1/secrets",
            {"Names of secrets, never values", "Secrets", {}, "", "SecretList"}, list_secrets),
      route(Method::put, "/api/v1/secrets/{secret}",
            {"Set a secret", "Secrets", {}, "SecretValue", "Secret"}, set_secret),
      route(Method::delete_, "/api/v1/secrets/{secret}",
            {"Remove a secret", "Secrets", {}, "", "Secret"}, remove_secret),
  };
}

}  // namespace tidemill::api
