#include "core/expr_evaluate.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/expr_functions.h"
#include "core/expr_node.h"
#include "core/expr_operators.h"

namespace tidemill {

namespace {

ExprValue known(Json value) { return {true, std::move(value)}; }
ExprValue unknown() { return {}; }

// A step from a value to one of its members or items. nullptr when it is not there.
Result<const Json*> step_into(const Json& value, const Json& key) {
  if (value.is_object() && key.is_string()) return value.find(key.as_string());
  if (!value.is_array() || !key.is_number()) {
    return invalid(fmt::format("{} has no {}", with_article(type_of_value(value)),
                               key.is_string()
                                   ? fmt::format("member '{}'", printable(key.as_string(), 64))
                                   : std::string("such index")));
  }
  if (!key.is_int()) return invalid("an index is a whole number");
  const Json::Array& items = value.as_array();
  if (key.as_int() < 0 || key.as_int() >= static_cast<std::int64_t>(items.size())) return nullptr;
  return &items[static_cast<std::size_t>(key.as_int())];
}

class Evaluator {
 public:
  Evaluator(const Expr& expr, const ExprLookup& lookup, ExprBudget& budget)
      : text_(expr.text()), lookup_(lookup), budget_(budget) {}

  Result<ExprValue> evaluate(const ExprNode& node) {
    ExprValue result = TRY(evaluate_kind(node));
    if (!result.known) return result;
    const std::size_t bytes = value_bytes(result.value);
    // A name's value was there before; only what evaluation makes is bounded by size.
    if (node.kind != ExprNode::Kind::reference && bytes > kMaxValueBytes) {
      return at(node, too_large());
    }
    if (bytes >= budget_.bytes_left) return at(node, invalid("the evaluation takes too much work"));
    budget_.bytes_left -= bytes + 1;
    return result;
  }

 private:
  Result<ExprValue> evaluate_kind(const ExprNode& node) {
    switch (node.kind) {
      case ExprNode::Kind::literal:
        return known(node.value);
      case ExprNode::Kind::reference:
        return reference(node);
      case ExprNode::Kind::member:
        return member(node);
      case ExprNode::Kind::index:
        return index(node);
      case ExprNode::Kind::list:
        return list(node);
      case ExprNode::Kind::unary:
        return unary(node);
      case ExprNode::Kind::binary:
        return binary(node);
      case ExprNode::Kind::conditional:
        return conditional(node);
      case ExprNode::Kind::call:
        return call(node);
    }
    UNREACHABLE();
  }

  Error at(const ExprNode& node, const Error& error) const {
    return error_at(text_, node.offset, error.message);
  }

  Result<ExprValue> located(const ExprNode& node, Result<Json> result) const {
    if (!result) return at(node, result.error());
    return known(std::move(result).value());
  }

  // The longest beginning of the path that is a name; the rest walks into its value.
  Result<ExprValue> reference(const ExprNode& node) {
    ExprPath path = node.path;
    while (!path.empty()) {
      std::optional<Json> value = lookup_(path);
      if (value) return walk(node, std::move(*value), path.size());
      path.pop_back();
    }
    return unknown();
  }

  Result<ExprValue> walk(const ExprNode& node, Json value, std::size_t from) {
    for (std::size_t i = from; i < node.path.size(); ++i) {
      ExprValue next = TRY(step(node, value, Json(node.path[i])));
      value = std::move(next.value);
    }
    return known(std::move(value));
  }

  Result<ExprValue> step(const ExprNode& node, const Json& value, const Json& key) const {
    if (missing_is_null_ && value.is_null()) return known(Json());
    const Result<const Json*> found = step_into(value, key);
    if (!found) return at(node, found.error());
    if (*found != nullptr) return known(**found);
    if (missing_is_null_) return known(Json());
    const std::string what = key.is_string()
                                 ? fmt::format("member '{}'", printable(key.as_string(), 64))
                                 : fmt::format("item {}", key.as_int());
    return at(node,
              invalid(fmt::format("there is no {}; default(…, fallback) allows for that", what)));
  }

  Result<ExprValue> member(const ExprNode& node) {
    ExprValue object = TRY(evaluate(node.children[0]));
    if (!object.known) return object;
    return step(node, object.value, Json(node.path[0]));
  }

  Result<ExprValue> index(const ExprNode& node) {
    ExprValue container = TRY(evaluate(node.children[0]));
    ExprValue key = TRY(strictly(node.children[1]));
    if (!container.known || !key.known) return unknown();
    return step(node, container.value, key.value);
  }

  Result<ExprValue> list(const ExprNode& node) {
    Json::Array items;
    bool all_known = true;
    for (const ExprNode& child : node.children) {
      ExprValue item = TRY(strictly(child));
      all_known = all_known && item.known;
      items.push_back(std::move(item.value));
    }
    if (!all_known) return unknown();
    return known(Json(std::move(items)));
  }

  Result<ExprValue> unary(const ExprNode& node) {
    ExprValue operand = TRY(strictly(node.children[0]));
    if (!operand.known) return operand;
    if (node.op == ExprOp::negate) return located(node, negated(operand.value));
    const bool value = TRY(boolean(node, operand.value));
    return known(Json(!value));
  }

  Result<ExprValue> binary(const ExprNode& node) {
    if (node.op == ExprOp::logical_and || node.op == ExprOp::logical_or) return logical(node);
    ExprValue left = TRY(strictly(node.children[0]));
    ExprValue right = TRY(strictly(node.children[1]));
    if (!left.known || !right.known) return unknown();
    return located(node, apply_binary(node.op, left.value, right.value));
  }

  // From left to right until one operand settles it. Behind an unknown operand, an error is not
  // certain either: that operand may turn out to settle the chain first.
  Result<ExprValue> logical(const ExprNode& node) {
    const bool decisive = node.op == ExprOp::logical_or;
    bool all_known = true;
    for (const ExprNode& child : node.children) {
      Result<ExprValue> operand = strictly(child);
      Result<bool> value = operand && operand->known ? boolean(node, operand->value)
                                                     : Result<bool>(false);
      if (!operand || !value) {
        if (!all_known) return unknown();
        return operand ? value.error() : operand.error();
      }
      if (!operand->known) {
        all_known = false;
      } else if (*value == decisive) {
        return known(Json(decisive));
      }
    }
    if (!all_known) return unknown();
    return known(Json(!decisive));
  }

  Result<ExprValue> conditional(const ExprNode& node) {
    ExprValue condition = TRY(strictly(node.children[0]));
    if (!condition.known) return either(node);
    const bool value = TRY(boolean(node, condition.value));
    return evaluate(node.children[value ? 1 : 2]);
  }

  // Of a condition that is not known yet: known only when both branches come to the same.
  Result<ExprValue> either(const ExprNode& node) {
    Result<ExprValue> then = evaluate(node.children[1]);
    Result<ExprValue> otherwise = evaluate(node.children[2]);
    if (!then || !otherwise || !then->known || !otherwise->known) return unknown();
    if (then->value.kind() != otherwise->value.kind() || !(then->value == otherwise->value)) {
      return unknown();
    }
    return then;
  }

  Result<ExprValue> call(const ExprNode& node) {
    if (node.function->call == nullptr) return defaulted(node);
    std::vector<Json> arguments;
    bool all_known = true;
    for (const ExprNode& child : node.children) {
      ExprValue argument = TRY(strictly(child));
      all_known = all_known && argument.known;
      const auto accepted = node.function->takes_at(arguments.size());
      const ExprType type = type_of_value(argument.value);
      if (argument.known && !may_hold(accepted, type)) {
        return at(child, invalid(fmt::format("{} takes {} here, not {}", node.function->name,
                                             type_names(accepted), with_article(type))));
      }
      arguments.push_back(std::move(argument.value));
    }
    if (!all_known) return unknown();
    return located(node, node.function->call(arguments));
  }

  Result<ExprValue> defaulted(const ExprNode& node) {
    const bool outer = missing_is_null_;
    missing_is_null_ = true;
    Result<ExprValue> value = evaluate(node.children[0]);
    missing_is_null_ = outer;
    if (!value || !value->known || !value->value.is_null()) return value;
    return evaluate(node.children[1]);
  }

  // Forgiveness for missing members reaches through members and branches only, not into operators
  // and arguments, where null would be a different mistake.
  Result<ExprValue> strictly(const ExprNode& node) {
    const bool outer = missing_is_null_;
    missing_is_null_ = false;
    Result<ExprValue> value = evaluate(node);
    missing_is_null_ = outer;
    return value;
  }

  Result<bool> boolean(const ExprNode& node, const Json& value) const {
    if (value.is_bool()) return value.as_bool();
    const std::string_view symbol = node.kind == ExprNode::Kind::conditional ? "? :"
                                                                             : to_symbol(node.op);
    return at(node, invalid(fmt::format("{} takes true or false, not {}", symbol,
                                        with_article(type_of_value(value)))));
  }

  const std::string& text_;
  const ExprLookup& lookup_;
  ExprBudget& budget_;
  bool missing_is_null_ = false;
};

}  // namespace

Result<ExprValue> evaluate_within(const Expr& expr, const ExprLookup& lookup, ExprBudget& budget) {
  return Evaluator(expr, lookup, budget).evaluate(expr.root());
}

Result<ExprValue> evaluate(const Expr& expr, const ExprLookup& lookup) {
  ExprBudget budget;
  return evaluate_within(expr, lookup, budget);
}

}  // namespace tidemill
