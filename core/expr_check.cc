// The static half of expressions: does every name exist, and can every operator work on the types
// that its operands will have?
#include <fmt/format.h>

#include "base/text.h"
#include "core/expr_functions.h"
#include "core/expr_node.h"

namespace tidemill {

namespace {

constexpr ExprTypes kBoolean = type_set({ExprType::boolean});
constexpr ExprTypes kNumber = type_set({ExprType::number});
constexpr ExprTypes kComparable = type_set({ExprType::number, ExprType::string});
constexpr ExprTypes kWalkable = type_set({ExprType::array, ExprType::object});

// The type of a value that is one of two.
ExprType common(ExprType a, ExprType b) { return a == b ? a : ExprType::any; }

class Checker {
 public:
  explicit Checker(const ExprScope& scope) : scope_(scope) {}

  ExprType check(const ExprNode& node) {
    switch (node.kind) {
      case ExprNode::Kind::literal:
        return type_of_value(node.value);
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

  std::vector<ExprProblem> take() { return std::move(problems_); }

 private:
  void report(std::size_t offset, std::string message, std::string hint = {}) {
    problems_.push_back({offset, std::move(message), std::move(hint)});
  }

  bool require(const ExprNode& node, ExprType type, ExprTypes wanted, std::string_view taker,
               std::string hint = {}) {
    if (may_hold(wanted, type)) return true;
    report(node.offset,
           fmt::format("{} takes {}, not {}", taker, type_names(wanted), with_article(type)),
           std::move(hint));
    return false;
  }

  ExprType reference(const ExprNode& node) {
    ExprPath path = node.path;
    while (!path.empty()) {
      const std::optional<ExprType> type = scope_.type_of(path);
      if (type && path.size() == node.path.size()) return *type;
      if (type) return walk(node, path, *type);
      path.pop_back();
    }
    unknown_name(node);
    return ExprType::any;
  }

  ExprType walk(const ExprNode& node, const ExprPath& known, ExprType type) {
    if (!may_hold(type_set({ExprType::object}), type)) {
      report(node.offset, fmt::format("'{}' is {} and has no member '{}'", path_text(known),
                                      with_article(type), printable(node.path[known.size()], 64)));
    }
    return ExprType::any;
  }

  void unknown_name(const ExprNode& node) {
    const std::string name = path_text(node.path);
    const std::vector<std::string> names = scope_.suggestions ? scope_.suggestions()
                                                              : std::vector<std::string>{};
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::string hint;
    if (const auto meant = nearest(name, views)) {
      hint = fmt::format("did you mean '{}'?", *meant);
    } else if (node.path.size() == 1) {
      hint = fmt::format("a text is written in quotes: '{}'", printable(name, 64));
    }
    report(node.offset, fmt::format("there is no '{}'", printable(name)), std::move(hint));
  }

  ExprType member(const ExprNode& node) {
    require(node, check(node.children[0]), type_set({ExprType::object}), "'.'");
    return ExprType::any;
  }

  ExprType index(const ExprNode& node) {
    const ExprType container = check(node.children[0]);
    const ExprType key = check(node.children[1]);
    if (!require(node, container, kWalkable, "[ ]")) return ExprType::any;
    if (container == ExprType::array) require(node.children[1], key, kNumber, "[ ] of an array");
    if (container == ExprType::object)
      require(node.children[1], key, kExprString, "[ ] of an object");
    return ExprType::any;
  }

  ExprType list(const ExprNode& node) {
    for (const ExprNode& child : node.children) check(child);
    return ExprType::array;
  }

  ExprType unary(const ExprNode& node) {
    const ExprType type = check(node.children[0]);
    if (node.op == ExprOp::negate) {
      require(node.children[0], type, kNumber, "-");
      return ExprType::number;
    }
    truth(node.children[0], type, "!");
    return ExprType::boolean;
  }

  void truth(const ExprNode& node, ExprType type, std::string_view taker) {
    require(node, type, kBoolean, taker, "compare it with something to get true or false");
  }

  ExprType binary(const ExprNode& node) {
    if (node.op == ExprOp::logical_and || node.op == ExprOp::logical_or) {
      for (const ExprNode& child : node.children) truth(child, check(child), to_symbol(node.op));
      return ExprType::boolean;
    }
    if (is_dashed_name(node)) return ExprType::any;
    const ExprType left = check(node.children[0]);
    const ExprType right = check(node.children[1]);
    return operands(node, left, right);
  }

  // tasks.a-b.outputs.x reads as a subtraction of two names that do not exist; says so when the
  // name with the dash is known.
  bool is_dashed_name(const ExprNode& node) {
    const ExprNode& left = node.children[0];
    const ExprNode& right = node.children[1];
    const bool names = left.kind == ExprNode::Kind::reference && right.kind == left.kind;
    if (node.op != ExprOp::subtract || !names) return false;
    ExprPath path = left.path;
    path.back() += "-" + right.path.front();
    path.insert(path.end(), right.path.begin() + 1, right.path.end());
    if (!exists(path) || (exists(left.path) && exists(right.path))) return false;
    report(node.offset, "'-' here is a subtraction",
           fmt::format("write {} for the name", path_text(path)));
    return true;
  }

  bool exists(ExprPath path) const {
    for (; !path.empty(); path.pop_back()) {
      if (scope_.type_of(path)) return true;
    }
    return false;
  }

  ExprType operands(const ExprNode& node, ExprType left, ExprType right) {
    switch (node.op) {
      case ExprOp::equal:
      case ExprOp::not_equal:
        equality(node, left, right);
        return ExprType::boolean;
      case ExprOp::less:
      case ExprOp::less_equal:
      case ExprOp::greater:
      case ExprOp::greater_equal:
        alike(node, left, right);
        return ExprType::boolean;
      case ExprOp::in:
        containment("in", node.children[0], left, node.children[1], right);
        return ExprType::boolean;
      case ExprOp::add:
        alike(node, left, right);
        return left == ExprType::any ? right : left;
      case ExprOp::subtract:
      case ExprOp::multiply:
      case ExprOp::divide:
      case ExprOp::modulo:
        require(node.children[0], left, kNumber, to_symbol(node.op));
        require(node.children[1], right, kNumber, to_symbol(node.op));
        return ExprType::number;
      case ExprOp::none:
      case ExprOp::logical_or:
      case ExprOp::logical_and:
      case ExprOp::logical_not:
      case ExprOp::negate:
        break;
    }
    UNREACHABLE();
  }

  void equality(const ExprNode& node, ExprType left, ExprType right) {
    const bool open = left == ExprType::any || right == ExprType::any || left == ExprType::null ||
                      right == ExprType::null;
    if (open || left == right) return;
    report(node.offset, fmt::format("{} compares {} with {}, which are never equal",
                                    to_symbol(node.op), with_article(left), with_article(right)));
  }

  // Two numbers or two strings.
  void alike(const ExprNode& node, ExprType left, ExprType right) {
    const bool both_fit = require(node.children[0], left, kComparable, to_symbol(node.op)) &&
                          require(node.children[1], right, kComparable, to_symbol(node.op));
    if (!both_fit || common(left, right) != ExprType::any) return;
    if (left == ExprType::any || right == ExprType::any) return;
    report(node.offset,
           fmt::format("{} takes two numbers or two strings, not {} and {}", to_symbol(node.op),
                       with_article(left), with_article(right)),
           node.op == ExprOp::add ? "format('{0}{1}', …) puts them into one text" : "");
  }

  // Strings and objects can only hold strings.
  void containment(std::string_view taker, const ExprNode& item_node, ExprType item,
                   const ExprNode& container_node, ExprType container) {
    if (!require(container_node, container, kExprContainer, taker)) return;
    if (container != ExprType::string && container != ExprType::object) return;
    require(item_node, item, kExprString, fmt::format("{} of {}", taker, with_article(container)));
  }

  ExprType conditional(const ExprNode& node) {
    truth(node.children[0], check(node.children[0]), "? :");
    const ExprType then = check(node.children[1]);
    return common(then, check(node.children[2]));
  }

  ExprType call(const ExprNode& node) {
    std::vector<ExprType> types;
    for (const ExprNode& child : node.children) {
      const ExprTypes takes = node.function->takes_at(types.size());
      types.push_back(check(child));
      require(child, types.back(), takes, node.function->name);
    }
    if (node.function->name == "contains" && may_hold(kExprContainer, types[0])) {
      containment("contains", node.children[1], types[1], node.children[0], types[0]);
    }
    if (node.function->call != nullptr) return node.function->returns;
    return types[0] == ExprType::null ? types[1] : common(types[0], types[1]);
  }

  const ExprScope& scope_;
  std::vector<ExprProblem> problems_;
};

// An expression without names has one value; if that is an error, it is one now.
std::optional<ExprProblem> try_constant(const Expr& expr) {
  if (!expr.references().empty()) return std::nullopt;
  const auto nothing = [](const ExprPath&) -> std::optional<Json> { return std::nullopt; };
  const Result<ExprValue> value = evaluate(expr, nothing);
  if (value) return std::nullopt;
  return ExprProblem{0, value.error().message, {}};
}

}  // namespace

std::vector<ExprProblem> check_expr(const Expr& expr, const ExprScope& scope) {
  Checker checker(scope);
  checker.check(expr.root());
  std::vector<ExprProblem> problems = checker.take();
  if (!problems.empty()) return problems;
  if (auto problem = try_constant(expr)) problems.push_back(std::move(*problem));
  return problems;
}

ExprType type_of_expr(const Expr& expr, const ExprScope& scope) {
  return Checker(scope).check(expr.root());
}

}  // namespace tidemill
