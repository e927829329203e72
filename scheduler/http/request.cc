#include "scheduler/http/request.h"

namespace tidemill::http {

std::string_view to_word(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
  }
  UNREACHABLE();
}

const std::string* Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return &value;
  }
  return nullptr;
}

const std::string& Request::capture(std::string_view name) const {
  for (const auto& [key, value] : captured) {
    if (key == name) return value;
  }
  UNREACHABLE();
}

Result<Json::Object> Request::json() const {
  if (body.empty()) return Json::Object{};
  auto value = parse_json(body);
  if (!value.ok()) return value.error().context("the body is not JSON");
  if (!value->is_object()) return invalid("the body is not a JSON object");
  return std::move(value->object());
}

}  // namespace tidemill::http
