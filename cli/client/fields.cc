#include "cli/client/fields.h"

namespace tidemill::client {
namespace {

const Json kNothing;
const Json::Array kNoItems;

}  // namespace

const Json& object_at(const Json& object, std::string_view key) {
  const Json* value = object.find(key);
  return value == nullptr ? kNothing : *value;
}

std::string text_at(const Json& object, std::string_view key) {
  const Json& value = object_at(object, key);
  return value.is_string() ? value.as_string() : std::string();
}

std::int64_t int_at(const Json& object, std::string_view key, std::int64_t otherwise) {
  const Json& value = object_at(object, key);
  return value.is_int() ? value.as_int() : otherwise;
}

double number_at(const Json& object, std::string_view key) {
  const Json& value = object_at(object, key);
  return value.is_number() ? value.as_double() : 0;
}

bool flag_at(const Json& object, std::string_view key) {
  const Json& value = object_at(object, key);
  return value.is_bool() && value.as_bool();
}

bool has_value(const Json& object, std::string_view key) {
  return !object_at(object, key).is_null();
}

const Json::Array& array_at(const Json& object, std::string_view key) {
  const Json& value = object_at(object, key);
  return value.is_array() ? value.as_array() : kNoItems;
}

WallTime time_at(const Json& object, std::string_view key) {
  const auto time = parse_rfc3339(text_at(object, key));
  return time.ok() ? *time : WallTime{};
}

std::string as_text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.kind() == Json::Kind::number) return shortest(value.as_double());
  return value.is_string() ? value.as_string() : value.dump();
}

std::string list_at(const Json& object, std::string_view key) {
  std::string out;
  for (const Json& item : array_at(object, key)) out += (out.empty() ? "" : ", ") + as_text(item);
  return out;
}

std::string moment_at(const Json& object, std::string_view key) {
  const WallTime time = time_at(object, key);
  if (time.us == 0) return "-";
  return format_rfc3339(WallTime{time.us / 1'000'000 * 1'000'000});
}

std::string duration_at(const Json& object, std::string_view key) {
  if (!has_value(object, key)) return "-";
  return format_duration(std::chrono::milliseconds(int_at(object, key)));
}

}  // namespace tidemill::client
