#include "core/expr_functions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/expr_date.h"
#include "core/expr_operators.h"

namespace tidemill {

namespace {

using Arguments = std::span<const Json>;

// Text that grows up to the bound of a value and no further.
class BoundedText {
 public:
  [[nodiscard]] bool append(std::string_view more) {
    if (text_.size() + more.size() > kMaxValueBytes) return false;
    text_ += more;
    return true;
  }
  Json take() { return Json(std::move(text_)); }

 private:
  std::string text_;
};

Result<Json> contains(Arguments a) { return contains_item(a[0], a[1]); }

Result<Json> starts_with(Arguments a) {
  return Json(a[0].as_string().starts_with(a[1].as_string()));
}

Result<Json> ends_with(Arguments a) { return Json(a[0].as_string().ends_with(a[1].as_string())); }

// The argument that `{n}` names, where `pattern` begins just after the brace.
Result<const Json*> placeholder(std::string_view inside, Arguments a) {
  const std::optional<std::int64_t> index = inside.starts_with('-') ? std::nullopt : to_int(inside);
  if (!index) {
    return invalid(fmt::format("format knows {{0}}, {{1}} …, {{{{ and }}}}, not {{{}}}",
                               printable(inside, 40)));
  }
  if (*index >= static_cast<std::int64_t>(a.size()) - 1) {
    return invalid(fmt::format("format has no value for {{{}}}", *index));
  }
  return &a[static_cast<std::size_t>(*index) + 1];
}

Result<Json> format(Arguments a) {
  std::string_view pattern = a[0].as_string();
  BoundedText out;
  while (!pattern.empty()) {
    const std::size_t brace = std::min(pattern.find_first_of("{}"), pattern.size());
    if (!out.append(pattern.substr(0, brace))) return too_large();
    pattern.remove_prefix(brace);
    if (pattern.empty()) break;
    if (pattern.starts_with("{{") || pattern.starts_with("}}")) {
      if (!out.append(pattern.substr(0, 1))) return too_large();
      pattern.remove_prefix(2);
      continue;
    }
    const std::size_t end = pattern.find('}');
    if (end == 0 || end == std::string_view::npos) {
      return invalid("format has a brace without its partner; a literal brace is {{ or }}");
    }
    const Json* value = TRY(placeholder(pattern.substr(1, end - 1), a));
    if (!out.append(to_text(*value))) return too_large();
    pattern.remove_prefix(end + 1);
  }
  return out.take();
}

Result<Json> join_items(Arguments a) {
  const std::string_view separator = a.size() > 1 ? std::string_view(a[1].as_string()) : ",";
  BoundedText out;
  bool first = true;
  for (const Json& item : a[0].as_array()) {
    const bool fits = (first || out.append(separator)) && out.append(to_text(item));
    if (!fits) return too_large();
    first = false;
  }
  return out.take();
}

Result<Json> split_text(Arguments a) {
  std::string_view text = a[0].as_string();
  const std::string_view separator = a[1].as_string();
  if (separator.empty()) return invalid("split needs a separator that is not empty");
  Json::Array pieces;
  std::size_t bytes = 0;
  for (;;) {
    const std::size_t at = text.find(separator);
    pieces.emplace_back(text.substr(0, at));
    bytes += value_bytes(pieces.back()) + 8;
    if (bytes > kMaxValueBytes) return too_large();
    if (at == std::string_view::npos) return Json(std::move(pieces));
    text.remove_prefix(at + separator.size());
  }
}

Result<Json> length(Arguments a) {
  std::size_t count = 0;
  if (a[0].is_string()) count = count_code_points(a[0].as_string());
  if (a[0].is_array()) count = a[0].as_array().size();
  if (a[0].is_object()) count = a[0].as_object().size();
  return Json(static_cast<std::int64_t>(count));
}

Result<Json> lower(Arguments a) { return Json(to_lower_ascii(a[0].as_string())); }

Result<Json> upper(Arguments a) {
  std::string text = a[0].as_string();
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return Json(std::move(text));
}

Result<Json> to_json(Arguments a) { return Json(a[0].dump()); }

Result<Json> from_json(Arguments a) { return parse_json(a[0].as_string()); }

Result<Json> date(Arguments a) {
  std::string text = TRY(date_text(a[0].as_string(), a[1].as_string()));
  return Json(std::move(text));
}

constexpr ExprTypes kArray = type_set({ExprType::array});
constexpr ExprTypes kAnything = type_set({ExprType::any});

// clang-format off
constexpr std::array<ExprFunction, 13> kFunctions = {{
    {"contains", "contains(container, item) → boolean",
     "Whether an array has the item, a string the substring, or an object the key; the same as "
     "`item in container`.",
     2, 2, {kExprContainer, kAnything}, ExprType::boolean, contains},
    {"startsWith", "startsWith(string, prefix) → boolean",
     "Whether the string begins with the prefix; case matters.",
     2, 2, {kExprString, kExprString}, ExprType::boolean, starts_with},
    {"endsWith", "endsWith(string, suffix) → boolean",
     "Whether the string ends with the suffix; case matters.",
     2, 2, {kExprString, kExprString}, ExprType::boolean, ends_with},
    {"format", "format(pattern, value…) → string",
     "The pattern with {0}, {1} … replaced by the values; {{ and }} are literal braces.",
     1, kAnyNumberOfArguments, {kExprString, kAnything, kAnything}, ExprType::string, format},
    {"join", "join(array, separator = ',') → string",
     "The items of the array as one string, with the separator between them.",
     1, 2, {kArray, kExprString}, ExprType::string, join_items},
    {"split", "split(string, separator) → array",
     "The pieces of the string between separators; an empty string is one empty piece.",
     2, 2, {kExprString, kExprString}, ExprType::array, split_text},
    {"length", "length(value) → number",
     "How many characters (code points) a string has, items an array, or members an object.",
     1, 1, {kExprContainer}, ExprType::number, length},
    {"lower", "lower(string) → string",
     "The string with the letters A to Z made small; other letters stay.",
     1, 1, {kExprString}, ExprType::string, lower},
    {"upper", "upper(string) → string",
     "The string with the letters a to z made capital; other letters stay.",
     1, 1, {kExprString}, ExprType::string, upper},
    {"default", "default(value, fallback) → value or fallback",
     "The value; the fallback when it is null or a member or index of it is missing.",
     2, 2, {kAnything, kAnything}, ExprType::any, nullptr},
    {"toJson", "toJson(value) → string", "The value as compact JSON.",
     1, 1, {kAnything}, ExprType::string, to_json},
    {"fromJson", "fromJson(string) → value",
     "The value that the JSON text stands for; text that is not strict JSON is an error.",
     1, 1, {kExprString}, ExprType::any, from_json},
    {"date", "date(time, pattern) → string",
     "An RFC 3339 time (or YYYY-MM-DD) in UTC, written by the pattern: %Y %m %d %H %M %S, %j day of "
     "the year, %u weekday 1 (Monday) to 7, %G-W%V ISO week, %s seconds since 1970, %%.",
     2, 2, {kExprString, kExprString}, ExprType::string, date},
}};
// clang-format on

}  // namespace

std::span<const ExprFunction> expr_functions() { return kFunctions; }

const ExprFunction* find_function(std::string_view name) {
  for (const ExprFunction& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace tidemill
