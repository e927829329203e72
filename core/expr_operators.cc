#include "core/expr_operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/expr_functions.h"

namespace tidemill {

namespace {

std::string_view kind_of(const Json& value) { return with_article(type_of_value(value)); }

Error wrong_operands(ExprOp op, const Json& left, const Json& right, std::string_view wanted) {
  return invalid(fmt::format("{} takes {}, not {} and {}", to_symbol(op), wanted, kind_of(left),
                             kind_of(right)));
}

Result<Json> finite(double value) {
  if (!std::isfinite(value)) return invalid("the result is beyond the range of numbers");
  return Json(value);
}

Error overflow(ExprOp op, const Json& left, const Json& right) {
  return invalid(fmt::format("{} {} {} is beyond 64-bit integers", left.as_int(), to_symbol(op),
                             right.as_int()));
}

Result<Json> divide_integers(const Json& left, const Json& right) {
  const std::int64_t a = left.as_int();
  const std::int64_t b = right.as_int();
  // The least integer has no positive twin, and its division by -1 traps.
  if (b == -1) {
    if (a == INT64_MIN) return overflow(ExprOp::divide, left, right);
    return Json(-a);
  }
  if (a % b == 0) return Json(a / b);
  return finite(static_cast<double>(a) / static_cast<double>(b));
}

Result<Json> integer_arithmetic(ExprOp op, const Json& left, const Json& right) {
  const std::int64_t a = left.as_int();
  const std::int64_t b = right.as_int();
  if (op == ExprOp::divide) return divide_integers(left, right);
  if (op == ExprOp::modulo) return Json(b == -1 ? std::int64_t{0} : a % b);
  std::int64_t result = 0;
  bool overflows = false;
  if (op == ExprOp::add) overflows = __builtin_add_overflow(a, b, &result);
  if (op == ExprOp::subtract) overflows = __builtin_sub_overflow(a, b, &result);
  if (op == ExprOp::multiply) overflows = __builtin_mul_overflow(a, b, &result);
  if (overflows) return overflow(op, left, right);
  return Json(result);
}

Result<Json> double_arithmetic(ExprOp op, double a, double b) {
  if (op == ExprOp::add) return finite(a + b);
  if (op == ExprOp::subtract) return finite(a - b);
  if (op == ExprOp::multiply) return finite(a * b);
  if (op == ExprOp::divide) return finite(a / b);
  return finite(std::fmod(a, b));
}

Result<Json> arithmetic(ExprOp op, const Json& left, const Json& right) {
  if (!left.is_number() || !right.is_number()) {
    return wrong_operands(op, left, right,
                          op == ExprOp::add ? "two numbers or two strings" : "two numbers");
  }
  if ((op == ExprOp::divide || op == ExprOp::modulo) && right == Json(0)) {
    return invalid("division by zero");
  }
  if (left.is_int() && right.is_int()) return integer_arithmetic(op, left, right);
  return double_arithmetic(op, left.as_double(), right.as_double());
}

Result<Json> add(const Json& left, const Json& right) {
  if (!left.is_string() || !right.is_string()) return arithmetic(ExprOp::add, left, right);
  if (left.as_string().size() + right.as_string().size() > kMaxValueBytes) return too_large();
  return Json(left.as_string() + right.as_string());
}

Result<Json> ordering(ExprOp op, const Json& left, const Json& right) {
  const bool numbers = left.is_number() && right.is_number();
  if (!numbers && !(left.is_string() && right.is_string())) {
    return wrong_operands(op, left, right, "two numbers or two strings");
  }
  // UTF-8 orders by code point when compared by byte.
  const std::partial_ordering order = numbers ? compare_numbers(left, right)
                                              : std::partial_ordering(left.as_string().compare(
                                                                          right.as_string()) <=> 0);
  if (op == ExprOp::less) return Json(order < 0);
  if (op == ExprOp::less_equal) return Json(order <= 0);
  if (op == ExprOp::greater) return Json(order > 0);
  return Json(order >= 0);
}

}  // namespace

Result<Json> apply_binary(ExprOp op, const Json& left, const Json& right) {
  switch (op) {
    case ExprOp::equal:
      return Json(left == right);
    case ExprOp::not_equal:
      return Json(!(left == right));
    case ExprOp::less:
    case ExprOp::less_equal:
    case ExprOp::greater:
    case ExprOp::greater_equal:
      return ordering(op, left, right);
    case ExprOp::in:
      return contains_item(right, left);
    case ExprOp::add:
      return add(left, right);
    case ExprOp::subtract:
    case ExprOp::multiply:
    case ExprOp::divide:
    case ExprOp::modulo:
      return arithmetic(op, left, right);
    case ExprOp::none:
    case ExprOp::logical_or:
    case ExprOp::logical_and:
    case ExprOp::logical_not:
    case ExprOp::negate:
      break;
  }
  UNREACHABLE();
}

Result<Json> negated(const Json& value) {
  if (!value.is_number()) return invalid(fmt::format("- takes a number, not {}", kind_of(value)));
  if (!value.is_int()) return Json(-value.as_double());
  if (value.as_int() == INT64_MIN) {
    return invalid(fmt::format("-({}) is beyond 64-bit integers", value.as_int()));
  }
  return Json(-value.as_int());
}

Result<Json> contains_item(const Json& container, const Json& item) {
  if (container.is_array()) {
    const Json::Array& items = container.as_array();
    return Json(std::find(items.begin(), items.end(), item) != items.end());
  }
  if (!container.is_string() && !container.is_object()) {
    return invalid(fmt::format("a string, array or object can contain something, {} cannot",
                               kind_of(container)));
  }
  if (!item.is_string()) {
    return invalid(
        fmt::format("{} can only contain a string, not {}", kind_of(container), kind_of(item)));
  }
  if (container.is_object()) return Json(container.find(item.as_string()) != nullptr);
  return Json(container.as_string().find(item.as_string()) != std::string::npos);
}

std::size_t value_bytes(const Json& value) {
  constexpr std::size_t kItem = 8;
  std::size_t bytes = 0;
  if (value.is_string()) bytes = value.as_string().size();
  if (value.is_array()) {
    for (const Json& item : value.as_array()) bytes += kItem + value_bytes(item);
  }
  if (value.is_object()) {
    for (const Json::Member& member : value.as_object()) {
      bytes += kItem + member.first.size() + value_bytes(member.second);
    }
  }
  return bytes;
}

Error too_large() {
  return invalid(fmt::format("the value is larger than {} bytes", kMaxValueBytes));
}

}  // namespace tidemill
