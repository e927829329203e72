#include "core/expr_functions.h"

namespace tidemill {

namespace {

constexpr ExprTypes bit(ExprType type) { return type_set({type}); }

std::string_view to_word(ExprType type) {
  switch (type) {
    case ExprType::any:
      return "value";
    case ExprType::null:
      return "null";
    case ExprType::boolean:
      return "boolean";
    case ExprType::number:
      return "number";
    case ExprType::string:
      return "string";
    case ExprType::array:
      return "array";
    case ExprType::object:
      return "object";
  }
  UNREACHABLE();
}

}  // namespace

std::string_view with_article(ExprType type) {
  switch (type) {
    case ExprType::any:
      return "a value";
    case ExprType::null:
      return "null";
    case ExprType::boolean:
      return "a boolean";
    case ExprType::number:
      return "a number";
    case ExprType::string:
      return "a string";
    case ExprType::array:
      return "an array";
    case ExprType::object:
      return "an object";
  }
  UNREACHABLE();
}

bool may_hold(ExprTypes set, ExprType type) {
  return type == ExprType::any || (set & bit(ExprType::any)) != 0 || (set & bit(type)) != 0;
}

std::string type_names(ExprTypes set) {
  std::vector<std::string_view> names;
  for (const ExprType type : {ExprType::any, ExprType::null, ExprType::boolean, ExprType::number,
                              ExprType::string, ExprType::array, ExprType::object}) {
    if ((set & bit(type)) != 0) names.push_back(to_word(type));
  }
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

ExprType type_of_value(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::null:
      return ExprType::null;
    case Json::Kind::boolean:
      return ExprType::boolean;
    case Json::Kind::integer:
    case Json::Kind::number:
      return ExprType::number;
    case Json::Kind::string:
      return ExprType::string;
    case Json::Kind::array:
      return ExprType::array;
    case Json::Kind::object:
      return ExprType::object;
  }
  UNREACHABLE();
}

}  // namespace tidemill
