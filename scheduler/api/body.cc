#include "scheduler/api/body.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill::api {

Status only_members(const Json::Object& body, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : body) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return invalid(fmt::format("{}: not known here; known are {}", printable(key, 60),
                               fmt::join(known, ", ")));
  }
  return Ok{};
}

const Json* find_member(const Json::Object& body, std::string_view name) {
  for (const auto& [key, value] : body) {
    if (key == name) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

Result<std::string> text_member(const Json::Object& body, std::string_view name,
                                std::string fallback) {
  const Json* value = find_member(body, name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) return invalid(fmt::format("{}: must be a string", name));
  return value->as_string();
}

Result<bool> flag_member(const Json::Object& body, std::string_view name, bool fallback) {
  const Json* value = find_member(body, name);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) return invalid(fmt::format("{}: must be true or false", name));
  return value->as_bool();
}

Result<std::int64_t> integer_member(const Json::Object& body, std::string_view name,
                                    std::int64_t fallback, std::int64_t low, std::int64_t high) {
  const Json* value = find_member(body, name);
  if (value == nullptr) return fallback;
  if (!value->is_int() || value->as_int() < low || value->as_int() > high) {
    return invalid(fmt::format("{}: must be a whole number from {} to {}", name, low, high));
  }
  return value->as_int();
}

Result<std::optional<WallTime>> time_member(const Json::Object& body, std::string_view name) {
  const std::string text = TRY(text_member(body, name));
  if (text.empty()) return std::optional<WallTime>();
  const auto time = parse_rfc3339(text);
  if (!time.ok()) return invalid(fmt::format("{}: {}", name, time.error().message));
  return std::optional<WallTime>(*time);
}

}  // namespace tidemill::api
