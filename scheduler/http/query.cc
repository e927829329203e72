#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scheduler/http/percent.h"
#include "scheduler/http/request.h"

namespace tidemill::http {
namespace {

// Looking for a name twice is quadratic, so there must be few.
constexpr std::size_t kMostParameters = 100;

bool has_control(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return true;
  }
  return false;
}

Result<std::string> decode_part(std::string_view text) {
  auto decoded = percent_decode(text, true);
  if (!decoded) return invalid("the query has a `%` that is not followed by two hex digits");
  if (has_control(*decoded)) return invalid("the query has a control character");
  if (find_invalid_utf8(*decoded)) return invalid("the query is not UTF-8 after decoding");
  return std::move(*decoded);
}

}  // namespace

Result<Query> Query::parse(std::string_view text) {
  Query query;
  if (text.empty()) return query;
  const auto parts = split(text, '&');
  if (parts.size() > kMostParameters) {
    return invalid(fmt::format("the query has more than {} parameters", kMostParameters));
  }
  for (const std::string_view part : parts) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return invalid("the query has a part that is not name=value");
    }
    std::string name = TRY(decode_part(part.substr(0, equals)));
    if (query.find(name) != nullptr) {
      return invalid("the parameter `" + printable(name, 60) + "` is given twice");
    }
    std::string value = TRY(decode_part(part.substr(equals + 1)));
    query.values_.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Query::text(std::string_view name, std::string fallback) const {
  const std::string* value = find(name);
  return value != nullptr ? *value : std::move(fallback);
}

Result<std::int64_t> Query::integer(std::string_view name, std::int64_t fallback, std::int64_t low,
                                    std::int64_t high) const {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  const auto number = to_int(*value);
  if (!number || *number < low || *number > high) {
    return invalid(fmt::format("`{}` is a whole number from {} to {}, not `{}`", name, low, high,
                               printable(*value, 60)));
  }
  return *number;
}

Result<bool> Query::flag(std::string_view name, bool fallback) const {
  const std::string* value = find(name);
  if (value == nullptr) return fallback;
  if (*value == "true" || *value == "1") return true;
  if (*value == "false" || *value == "0") return false;
  return invalid(fmt::format("`{}` is true or false, not `{}`", name, printable(*value, 60)));
}

Status Query::only(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : values_) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    std::string message = "there is no parameter `" + printable(key, 60) + "` here";
    const auto near = nearest(key, std::span(names.begin(), names.size()));
    if (near) message += "; did you mean `" + *near + "`?";
    return invalid(std::move(message));
  }
  return Ok{};
}

}  // namespace tidemill::http
