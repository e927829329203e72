// The syntax tree of an expression. Built by the parsers, immutable afterwards; no deeper than
// kMaxExprDepth, so everything that walks it may recurse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/expr.h"

namespace tidemill {

struct ExprFunction;  // core/expr_functions.h

enum class ExprOp : std::uint8_t {
  none,
  logical_or,
  logical_and,
  logical_not,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
};

struct ExprNode {
  enum class Kind : std::uint8_t {
    literal,      // value
    reference,    // path
    member,       // children[0] . path[0]
    index,        // children[0] [ children[1] ]
    list,         // [ children… ]
    unary,        // op children[0]
    binary,       // children[0] op children[1]; && and || take two or more
    conditional,  // children[0] ? children[1] : children[2]
    call,         // function(children…)
  };

  Kind kind = Kind::literal;
  ExprOp op = ExprOp::none;
  int depth = 1;           // 1 + the deepest child
  std::size_t offset = 0;  // of its operator or first character in the text
  Json value;
  ExprPath path;
  const ExprFunction* function = nullptr;
  std::vector<ExprNode> children;
};

// As it is written: "&&".
std::string_view to_symbol(ExprOp op);

// What went wrong in a text that was parsed, and where. Turned into "column N: message".
Error error_at(std::string_view text, std::size_t offset, const std::string& message);

// The one way to make an Expr from a tree.
class ExprMaker {
 public:
  static Expr make(std::string_view text, ExprNode root);
};

// Parses and keeps the offset of a mistake apart from its message.
struct ExprParseResult {
  std::optional<ExprNode> root;
  ExprProblem problem;  // when there is no root
};
ExprParseResult parse_expression(std::string_view text);
ExprParseResult parse_needs_expression(std::string_view text);

// The two grammars, for text that is short, UTF-8 and without NUL.
ExprParseResult parse_operators(std::string_view text);
ExprParseResult parse_needs_operators(std::string_view text);

}  // namespace tidemill
