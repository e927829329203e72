#include "scheduler/api/openapi.h"

#include "base/text.h"
#include "scheduler/api/schemas.h"

namespace tidemill::api {
namespace {

std::string_view permission_word(Permission permission) {
  switch (permission) {
    case Permission::anyone:
      return "anyone";
    case Permission::signed_in:
      return "signed_in";
    case Permission::read:
      return "read";
    case Permission::operate:
      return "operate";
    case Permission::edit:
      return "edit";
    case Permission::administer:
      return "administer";
  }
  UNREACHABLE();
}

Json reference(std::string_view shape) {
  Json json;
  json.set("$ref", fmt::format("#/components/schemas/{}", shape));
  return json;
}

Json content(std::string_view type, Json schema) {
  Json media;
  media.set("schema", std::move(schema));
  Json json;
  json.set(type, std::move(media));
  return json;
}

Json parameter(std::string_view name, std::string_view in, std::string_view type,
               std::string_view description) {
  Json schema;
  schema.set("type", type);
  Json json;
  json.set("name", name);
  json.set("in", in);
  json.set("required", in == "path");
  if (!description.empty()) json.set("description", description);
  json.set("schema", std::move(schema));
  return json;
}

Json::Array parameters_of(const http::Route& route) {
  Json::Array all;
  for (const std::string_view segment : split(route.path, '/')) {
    if (!segment.starts_with('{')) continue;
    all.push_back(parameter(segment.substr(1, segment.size() - 2), "path", "string", ""));
  }
  for (const http::ParameterDoc& doc : route.doc.query) {
    all.push_back(parameter(doc.name, "query", doc.type, doc.description));
  }
  return all;
}

Json answer_of(const http::Route& route) {
  Json answer;
  answer.set("description", route.doc.summary);
  if (!route.doc.response.empty()) {
    answer.set("content", content("application/json", reference(route.doc.response)));
  }
  return answer;
}

Json problem_answer() {
  Json json;
  json.set("description", "What was wrong, and what to do (RFC 9457)");
  json.set("content", content("application/problem+json", reference("Problem")));
  return json;
}

// "getRun", "postRunCancel": from method and path, unique because those are.
std::string operation_id(const http::Route& route) {
  std::string id = to_lower_ascii(http::to_word(route.method));
  for (const std::string_view segment : split(route.path, '/')) {
    std::string word(segment);
    if (word == "api" || word == "v1" || word.empty()) continue;
    if (word.starts_with('{')) word = "by_" + word.substr(1, word.size() - 2);
    bool upper = true;
    for (const char c : word) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (letter) id += upper && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
      upper = !letter;
    }
  }
  return id;
}

Json operation(const http::Route& route) {
  Json responses;
  responses.set(std::to_string(route.doc.success), answer_of(route));
  if (route.doc.previews) responses.set("200", answer_of(route));
  responses.set("default", problem_answer());
  Json json;
  json.set("operationId", operation_id(route));
  json.set("summary", route.doc.summary);
  json.set("tags", Json::Array{Json(route.doc.tag)});
  json.set("x-permission", permission_word(route.permission));
  json.set("parameters", parameters_of(route));
  if (!route.doc.request.empty()) {
    Json body;
    body.set("required", true);
    body.set("content", content("application/json", reference(route.doc.request)));
    json.set("requestBody", std::move(body));
  }
  json.set("responses", std::move(responses));
  if (route.permission == Permission::anyone) json.set("security", Json::Array{});
  return json;
}

Json schemas() {
  Json json = Json(Json::Object());
  for (const Shape& shape : all_shapes()) json.set(shape.name, schema_of(shape));
  return json;
}

Json security_schemes() {
  Json bearer;
  bearer.set("type", "http");
  bearer.set("scheme", "bearer");
  bearer.set("description", "An API token: `tidemill tokens create`");
  Json cookie;
  cookie.set("type", "apiKey");
  cookie.set("in", "cookie");
  cookie.set("name", "tidemill");
  Json json;
  json.set("token", std::move(bearer));
  json.set("session", std::move(cookie));
  return json;
}

Json security() {
  Json token, session;
  token.set("token", Json::Array{});
  session.set("session", Json::Array{});
  return Json::Array{std::move(token), std::move(session)};
}

}  // namespace

Json openapi(const std::vector<http::Route>& routes, const std::string& version) {
  Json info;
  info.set("title", "Tidemill");
  info.set("version", version);
  info.set("description", "Runs DAGs of machine-learning jobs. Errors are RFC 9457 problems.");
  Json paths = Json(Json::Object());
  for (const http::Route& route : routes) {
    const Json* known = paths.find(route.path);
    Json path = known == nullptr ? Json(Json::Object()) : *known;
    path.set(to_lower_ascii(http::to_word(route.method)), operation(route));
    paths.set(route.path, std::move(path));
  }
  Json components;
  components.set("schemas", schemas());
  components.set("securitySchemes", security_schemes());
  Json json;
  json.set("openapi", "3.1.0");
  json.set("info", std::move(info));
  json.set("paths", std::move(paths));
  json.set("components", std::move(components));
  json.set("security", security());
  return json;
}

}  // namespace tidemill::api
