// Does a value fit its declaration?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "core/params.h"

namespace tidemill {

namespace {

std::string_view kind_with_article(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::boolean:
      return "a boolean";
    case Json::Kind::integer:
      return "an integer";
    case Json::Kind::number:
      return "a number";
    case Json::Kind::string:
      return "a string";
    case Json::Kind::array:
      return "an array";
    case Json::Kind::object:
      return "an object";
  }
  UNREACHABLE();
}

// The value for a message: "the string \"x\"", "3.5"; of a secret only its kind.
std::string shown(const ParamSpec& spec, const Json& value) {
  if (is_secret(spec) || value.is_null()) return std::string(kind_with_article(value));
  const std::string text = printable(value.dump(), 80);
  if (value.is_string()) return "the string " + text;
  if (value.is_array() || value.is_object()) {
    return fmt::format("{} {}", kind_with_article(value), text);
  }
  return text;
}

std::string must_be(const ParamSpec& spec, const Json& value, std::string_view wanted) {
  return fmt::format("must be {}, not {}", wanted, shown(spec, value));
}

template <typename T>
std::string fits_format(const ParamSpec& spec, const Json& value, const Result<T>& parsed,
                        std::string_view wanted) {
  return parsed ? std::string() : must_be(spec, value, wanted);
}

std::string check_text_format(const ParamSpec& spec, const Json& value) {
  const std::string& text = value.as_string();
  if (spec.type == ParamType::date) {
    return fits_format(spec, value, parse_date(text), "a date as YYYY-MM-DD that exists");
  }
  if (spec.type == ParamType::datetime) {
    return fits_format(spec, value, parse_rfc3339(text),
                       "a time as 2026-01-31T08:00:00Z or with an offset");
  }
  if (spec.type == ParamType::duration) {
    return fits_format(spec, value, parse_duration(text),
                       "a duration as 500ms, 30s, 15m, 2h or 7d");
  }
  return {};
}

std::string check_kind(const ParamSpec& spec, const Json& value) {
  switch (spec.type) {
    case ParamType::integer:
      return value.is_int() ? "" : must_be(spec, value, "an integer of 64 bits");
    case ParamType::number:
      if (!value.is_number()) return must_be(spec, value, "a number");
      return std::isfinite(value.as_double()) ? "" : "must be a finite number";
    case ParamType::boolean:
      return value.is_bool() ? "" : must_be(spec, value, "true or false");
    case ParamType::array:
      return value.is_array() ? "" : must_be(spec, value, "an array");
    case ParamType::object:
      return value.is_object() ? "" : must_be(spec, value, "an object");
    case ParamType::string:
    case ParamType::secret:
      return value.is_string() ? "" : must_be(spec, value, "a string");
    case ParamType::date:
    case ParamType::datetime:
    case ParamType::duration:
      if (!value.is_string())
        return must_be(spec, value, fmt::format("a {} in a string", to_word(spec.type)));
      return check_text_format(spec, value);
  }
  UNREACHABLE();
}

// NUL ends a C string, so a value with one would reach the task cut short; bytes that are not
// UTF-8 could not be stored or shown as they are.
std::string check_bytes(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "must not hold a NUL byte";
  if (const auto bad = find_invalid_utf8(text)) {
    return fmt::format("must be valid UTF-8; byte {} is not", *bad);
  }
  return {};
}

std::string check_all_bytes(const Json& value) {
  std::string problem;
  if (value.is_string()) problem = check_bytes(value.as_string());
  if (value.is_array()) {
    for (const Json& item : value.as_array()) {
      if (problem.empty()) problem = check_all_bytes(item);
    }
  }
  if (value.is_object()) {
    for (const Json::Member& member : value.as_object()) {
      if (problem.empty()) problem = check_bytes(member.first);
      if (problem.empty()) problem = check_all_bytes(member.second);
    }
  }
  return problem;
}

std::string check_size(const Json& value) {
  const std::size_t bytes = to_text(value).size();
  if (bytes <= kMaxParamBytes) return {};
  return fmt::format(
      "is {} long; at most {} fit into an environment variable, so pass the name of a "
      "file instead",
      format_bytes(bytes), format_bytes(kMaxParamBytes));
}

std::string check_length(const ParamSpec& spec, const Json& value) {
  std::size_t count = 0;
  std::string_view unit = "character";
  if (value.is_string()) count = count_code_points(value.as_string());
  if (value.is_array()) {
    count = value.as_array().size();
    unit = "item";
  }
  if (value.is_object()) {
    count = value.as_object().size();
    unit = "member";
  }
  const auto length = static_cast<std::int64_t>(count);
  const bool measured = value.is_string() || value.is_array() || value.is_object();
  if (measured && spec.min_length && length < *spec.min_length) {
    return fmt::format("must have at least {}, not {}", plural(*spec.min_length, unit), length);
  }
  if (measured && spec.max_length && length > *spec.max_length) {
    return fmt::format("must have at most {}, not {}", plural(*spec.max_length, unit), length);
  }
  return {};
}

std::string check_range(const ParamSpec& spec, const Json& value) {
  if (!value.is_number()) return {};
  if (spec.minimum && compare_numbers(value, Json(*spec.minimum)) < 0) {
    return fmt::format("must be at least {}, not {}", shortest(*spec.minimum), to_text(value));
  }
  if (spec.maximum && compare_numbers(value, Json(*spec.maximum)) > 0) {
    return fmt::format("must be at most {}, not {}", shortest(*spec.maximum), to_text(value));
  }
  return {};
}

std::string check_pattern(const ParamSpec& spec, const Json& value) {
  if (spec.pattern.empty() || !value.is_string()) return {};
  if (glob_matches(spec.pattern, value.as_string())) return {};
  return must_be(spec, value, fmt::format("like '{}'", printable(spec.pattern)));
}

std::string check_allowed(const ParamSpec& spec, const Json& value) {
  const auto& allowed = spec.allowed;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end())
    return {};
  constexpr std::size_t kMostShown = 20;
  std::string list;
  for (std::size_t i = 0; i < std::min(allowed.size(), kMostShown); ++i) {
    list += (i > 0 ? ", " : "") + printable(to_text(allowed[i]), 40);
  }
  if (allowed.size() > kMostShown) list += ", …";
  return must_be(spec, value, "one of " + list);
}

// What an array's declaration says of each item.
ParamSpec item_spec(const ParamSpec& spec) {
  ParamSpec item;
  item.type = spec.items.value_or(ParamType::string);
  item.allowed = spec.allowed;
  item.minimum = spec.minimum;
  item.maximum = spec.maximum;
  item.pattern = spec.pattern;
  return item;
}

std::string check_scalar_rules(const ParamSpec& spec, const Json& value) {
  std::string problem = check_range(spec, value);
  if (problem.empty()) problem = check_pattern(spec, value);
  if (problem.empty()) problem = check_allowed(spec, value);
  return problem;
}

std::string check_items(const ParamSpec& spec, const Json& value) {
  const ParamSpec item = item_spec(spec);
  const Json::Array& items = value.as_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string problem = spec.items ? check_kind(item, items[i]) : std::string();
    if (problem.empty()) problem = check_scalar_rules(item, items[i]);
    if (!problem.empty()) return fmt::format("{} (item {})", problem, i + 1);
  }
  return {};
}

}  // namespace

std::string_view to_word(ParamType type) {
  switch (type) {
    case ParamType::string:
      return "string";
    case ParamType::integer:
      return "integer";
    case ParamType::number:
      return "number";
    case ParamType::boolean:
      return "boolean";
    case ParamType::array:
      return "array";
    case ParamType::object:
      return "object";
    case ParamType::date:
      return "date";
    case ParamType::datetime:
      return "datetime";
    case ParamType::duration:
      return "duration";
    case ParamType::secret:
      return "secret";
  }
  UNREACHABLE();
}

std::string check_param(const ParamSpec& spec, const Json& value) {
  std::string problem = check_all_bytes(value);
  if (problem.empty()) problem = check_kind(spec, value);
  if (problem.empty()) problem = check_size(value);
  if (problem.empty()) problem = check_length(spec, value);
  if (!problem.empty()) return problem;
  return value.is_array() ? check_items(spec, value) : check_scalar_rules(spec, value);
}

}  // namespace tidemill
