// Recursive descent, with precedence climbing for the binary operators.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/expr_functions.h"
#include "core/expr_lexer.h"
#include "core/expr_node.h"

namespace tidemill {

namespace {

struct BinaryOp {
  std::string_view symbol;
  ExprOp op;
  int binding;  // higher binds tighter
};

constexpr int kComparisonBinding = 3;

constexpr std::array<BinaryOp, 14> kBinaryOps = {{
    {"||", ExprOp::logical_or, 1},
    {"&&", ExprOp::logical_and, 2},
    {"==", ExprOp::equal, kComparisonBinding},
    {"!=", ExprOp::not_equal, kComparisonBinding},
    {"<", ExprOp::less, kComparisonBinding},
    {"<=", ExprOp::less_equal, kComparisonBinding},
    {">", ExprOp::greater, kComparisonBinding},
    {">=", ExprOp::greater_equal, kComparisonBinding},
    {"in", ExprOp::in, kComparisonBinding},
    {"+", ExprOp::add, 4},
    {"-", ExprOp::subtract, 4},
    {"*", ExprOp::multiply, 5},
    {"/", ExprOp::divide, 5},
    {"%", ExprOp::modulo, 5},
}};

const BinaryOp* find_binary(const ExprToken& token) {
  if (token.kind != ExprToken::Kind::symbol && token.kind != ExprToken::Kind::name) return nullptr;
  for (const BinaryOp& op : kBinaryOps) {
    if (op.symbol == token.text) return &op;
  }
  return nullptr;
}

// What people bring along from other languages.
std::string habit_hint(std::string_view word) {
  if (word == "and" || word == "&") return "write && for and";
  if (word == "or" || word == "|") return "write || for or";
  if (word == "not") return "write ! for not";
  if (word == "=") return "write == to compare";
  return {};
}

bool has_leading_zero(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  return number.size() > 1 && number[0] == '0' && number[1] >= '0' && number[1] <= '9';
}

std::optional<Json> number_value(std::string_view text) {
  if (text.find_first_of(".eE") == std::string_view::npos) {
    const auto integer = to_int(text);
    return integer ? std::optional<Json>(*integer) : std::nullopt;
  }
  const auto real = to_double(text);
  return real ? std::optional<Json>(*real) : std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), token_(lexer_.next()) {}

  ExprParseResult parse() {
    Result<ExprNode> root = whole();
    if (!root) return {std::nullopt, std::move(problem_)};
    return {std::move(root).value(), {}};
  }

 private:
  Result<ExprNode> whole() {
    if (token_.kind == ExprToken::Kind::end) return fail(token_.offset, "the expression is empty");
    ExprNode root = TRY(expression());
    if (token_.kind != ExprToken::Kind::end) return unexpected("an operator or the end");
    return root;
  }

  Result<ExprNode> expression() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return deep();
    ExprNode condition = TRY(binary(1));
    if (!token_.is("?")) return condition;
    ExprNode node = operation(ExprNode::Kind::conditional, ExprOp::none);
    ExprNode then = TRY(expression());
    if (!token_.is(":")) return unexpected("':' of the '? :'");
    advance();
    ExprNode otherwise = TRY(expression());
    return adopt(std::move(node), std::move(condition), std::move(then), std::move(otherwise));
  }

  Result<ExprNode> binary(int min_binding) {
    ExprNode left = TRY(unary());
    for (;;) {
      const BinaryOp* op = find_binary(token_);
      if (op == nullptr || op->binding < min_binding) return left;
      ExprNode node = operation(ExprNode::Kind::binary, op->op);
      ExprNode right = TRY(binary(op->binding + 1));
      const BinaryOp* following = op->binding == kComparisonBinding ? find_binary(token_) : nullptr;
      if (following != nullptr && following->binding == kComparisonBinding) {
        return fail(token_.offset, "comparisons do not chain; join two of them with &&");
      }
      left = TRY(joined(std::move(node), std::move(left), std::move(right)));
    }
  }

  // Chains of && and || become one node, so that they may be long without being deep.
  Result<ExprNode> joined(ExprNode node, ExprNode left, ExprNode right) {
    const bool chains = node.op == ExprOp::logical_and || node.op == ExprOp::logical_or;
    if (!chains || left.op != node.op)
      return adopt(std::move(node), std::move(left), std::move(right));
    left.depth = std::max(left.depth, right.depth + 1);
    left.children.push_back(std::move(right));
    if (left.depth > kMaxExprDepth) return deep();
    return left;
  }

  Result<ExprNode> unary() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return deep();
    if (token_.is("!")) {
      ExprNode node = operation(ExprNode::Kind::unary, ExprOp::logical_not);
      ExprNode operand = TRY(unary());
      return adopt(std::move(node), std::move(operand));
    }
    if (!token_.is("-")) return postfix();
    ExprNode node = operation(ExprNode::Kind::unary, ExprOp::negate);
    // The sign belongs to the number, or the least integer could not be written.
    if (token_.kind == ExprToken::Kind::number) return number(node.offset, "-" + token_.text);
    ExprNode operand = TRY(unary());
    return adopt(std::move(node), std::move(operand));
  }

  Result<ExprNode> postfix() {
    ExprNode node = TRY(primary());
    for (;;) {
      if (token_.is(".")) {
        node = TRY(member(std::move(node)));
      } else if (token_.is("[")) {
        node = TRY(index(std::move(node)));
      } else {
        return node;
      }
    }
  }

  Result<ExprNode> member(ExprNode object) {
    token_ = lexer_.next_member();
    if (token_.kind != ExprToken::Kind::name) return unexpected("a name after '.'");
    return step(std::move(object), token_.offset, token_.text);
  }

  // One more name on the path; keeps references flat.
  Result<ExprNode> step(ExprNode object, std::size_t offset, std::string name) {
    advance();
    if (object.kind == ExprNode::Kind::reference) {
      object.path.push_back(std::move(name));
      return object;
    }
    ExprNode node = at(ExprNode::Kind::member, offset);
    node.path.push_back(std::move(name));
    return adopt(std::move(node), std::move(object));
  }

  Result<ExprNode> index(ExprNode object) {
    ExprNode node = operation(ExprNode::Kind::index, ExprOp::none);
    ExprNode key = TRY(expression());
    if (!token_.is("]")) return unexpected("']'");
    if (key.kind == ExprNode::Kind::literal && key.value.is_string()) {
      return step(std::move(object), node.offset, key.value.as_string());
    }
    advance();
    return adopt(std::move(node), std::move(object), std::move(key));
  }

  Result<ExprNode> primary() {
    switch (token_.kind) {
      case ExprToken::Kind::number:
        return number(token_.offset, token_.text);
      case ExprToken::Kind::text:
        return literal(Json(std::move(token_.text)));
      case ExprToken::Kind::name:
        return name();
      case ExprToken::Kind::symbol:
        return bracketed();
      case ExprToken::Kind::end:
      case ExprToken::Kind::bad:
        return unexpected("a value");
    }
    UNREACHABLE();
  }

  Result<ExprNode> literal(Json value) {
    ExprNode node = at(ExprNode::Kind::literal, token_.offset);
    node.value = std::move(value);
    advance();
    return node;
  }

  Result<ExprNode> number(std::size_t offset, const std::string& text) {
    if (has_leading_zero(text)) return fail(offset, "a number is written without leading zeros");
    std::optional<Json> value = number_value(text);
    if (!value) return fail(offset, "the number is beyond 64-bit integers and doubles");
    ExprNode node = TRY(literal(std::move(*value)));
    node.offset = offset;
    return node;
  }

  Result<ExprNode> name() {
    const std::string word = token_.text;
    if (word == "true" || word == "false") return literal(Json(word == "true"));
    if (word == "null") return literal(Json());
    if (word == "in") return unexpected("a value");
    ExprNode node = at(ExprNode::Kind::reference, token_.offset);
    advance();
    if (token_.is("(")) return call(node.offset, word);
    node.path.push_back(word);
    return node;
  }

  Result<ExprNode> call(std::size_t offset, const std::string& name) {
    ExprNode node = at(ExprNode::Kind::call, offset);
    node.function = find_function(name);
    if (node.function == nullptr) return unknown_function(offset, name);
    ExprNode called = TRY(arguments(std::move(node), ")"));
    const ExprFunction& function = *called.function;
    const std::size_t count = called.children.size();
    if (count >= function.min_arguments && count <= function.max_arguments) return called;
    return fail(offset,
                fmt::format("{} is called with {}", function.name,
                            plural(static_cast<std::int64_t>(count), "argument")),
                fmt::format("it is {}", function.signature));
  }

  Error unknown_function(std::size_t offset, const std::string& name) {
    std::vector<std::string_view> names;
    for (const ExprFunction& function : expr_functions()) names.push_back(function.name);
    const auto meant = nearest(name, names);
    return fail(offset, fmt::format("there is no function '{}'", printable(name, 64)),
                meant ? fmt::format("did you mean '{}'?", *meant) : "");
  }

  Result<ExprNode> bracketed() {
    if (token_.is("[")) return arguments(at(ExprNode::Kind::list, token_.offset), "]");
    if (!token_.is("(")) return unexpected("a value");
    advance();
    ExprNode node = TRY(expression());
    if (!token_.is(")")) return unexpected("')'");
    advance();
    return node;
  }

  // From the opening bracket to the closing one.
  Result<ExprNode> arguments(ExprNode node, std::string_view closing) {
    advance();
    while (!token_.is(closing)) {
      if (!node.children.empty()) {
        if (!token_.is(",")) return unexpected(fmt::format("',' or '{}'", closing));
        advance();
      }
      ExprNode argument = TRY(expression());
      node.depth = std::max(node.depth, argument.depth + 1);
      node.children.push_back(std::move(argument));
      if (node.depth > kMaxExprDepth) return deep();
    }
    advance();
    return node;
  }

  // A node for the operator that is the current token, which is taken.
  ExprNode operation(ExprNode::Kind kind, ExprOp op) {
    ExprNode node = at(kind, token_.offset);
    node.op = op;
    advance();
    return node;
  }

  static ExprNode at(ExprNode::Kind kind, std::size_t offset) {
    ExprNode node;
    node.kind = kind;
    node.offset = offset;
    return node;
  }

  template <typename... Children>
  Result<ExprNode> adopt(ExprNode node, Children... children) {
    node.depth = 1 + std::max({children.depth...});
    if (node.depth > kMaxExprDepth) return deep();
    node.children.reserve(sizeof...(children));
    (node.children.push_back(std::move(children)), ...);
    return node;
  }

  void advance() { token_ = lexer_.next(); }

  Error fail(std::size_t offset, std::string message, std::string hint = {}) {
    problem_ = {offset, std::move(message), std::move(hint)};
    return invalid(problem_.message);
  }

  Error deep() {
    return fail(token_.offset, fmt::format("the expression nests deeper than {}", kMaxExprDepth));
  }

  Error unexpected(std::string_view wanted) {
    if (token_.kind == ExprToken::Kind::bad) return fail(token_.offset, token_.text);
    if (token_.kind == ExprToken::Kind::end) {
      return fail(token_.offset, fmt::format("the expression ends where {} is missing", wanted));
    }
    return fail(token_.offset,
                fmt::format("expected {}, not '{}'", wanted, printable(token_.text, 64)),
                habit_hint(token_.text));
  }

  // Counts how deep the parser itself has gone.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : depth_(parser.depth_) { ++depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --depth_; }
    // A bracket costs two: one as an expression, one as an operand.
    bool too_deep() const { return depth_ > 2 * kMaxExprDepth; }

   private:
    int& depth_;
  };

  ExprLexer lexer_;
  ExprToken token_;
  int depth_ = 0;
  ExprProblem problem_;
};

}  // namespace

std::string_view to_symbol(ExprOp op) {
  if (op == ExprOp::logical_not) return "!";
  if (op == ExprOp::negate) return "-";
  for (const BinaryOp& known : kBinaryOps) {
    if (known.op == op) return known.symbol;
  }
  UNREACHABLE();
}

ExprParseResult parse_operators(std::string_view text) { return Parser(text).parse(); }

}  // namespace tidemill
