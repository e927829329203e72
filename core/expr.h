// Expressions: the text between ${{ and }}, `if:`, and the expression form of `needs:`.
// parse → check (types and references, at validation) → evaluate (one pass, no recursion beyond
// the parse depth; the size of every value and the work of one evaluation are bounded).
// Values are Json. There is no assignment, no loop, no way to reach anything outside the scope.
//
//   expression := or [ '?' expression ':' expression ]
//   or         := and { '||' and }                       operands are true or false, nothing else
//   and        := comparison { '&&' comparison }
//   comparison := sum [ ( == != < <= > >= in ) sum ]     does not chain: a < b < c is refused
//   sum        := product { ( + - ) product }            + also joins two strings
//   product    := unary { ( * / % ) unary }              % has the sign of its left operand
//   unary      := ( ! - ) unary | primary { '.' name | '[' expression ']' }
//   primary    := number | 'text' | "text" | true | false | null | name | name '(' arguments ')'
//               | '[' arguments ']' | '(' expression ')'
//
// Texts know the escapes \\ \' \" \n \r \t. Integers are 64-bit and never wrap: overflow is an
// error.
// `/` of two integers is an integer when it comes out even, otherwise a double. == never converts
// (1 == 1.0, but 1 != '1'). `in`: item in array, text in text, key in object. A task whose id holds
// '-' or '.' is written tasks['a-b']. Functions: core/expr_functions.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/words.h"

namespace tidemill {

struct ExprNode;  // defined in core/expr_node.h; immutable after parsing

inline constexpr std::size_t kMaxExprBytes = 4096;
inline constexpr int kMaxExprDepth = 32;  // of nesting; long chains of && and || do not nest
inline constexpr std::size_t kMaxValueBytes = 1u << 20;  // of any value made by evaluation
inline constexpr std::size_t kMaxWorkBytes = 64u
                                             << 20;  // of all values of one evaluation or render
inline constexpr std::size_t kMaxTemplateParts = 256;

using ExprPath = std::vector<std::string>;

// A name with its path: tasks.train.outputs.rows and tasks['train'].outputs.rows are both
// {"tasks","train","outputs","rows"}. The path may go on into an object: params.limits.low.
struct Reference {
  ExprPath path;
  std::size_t offset = 0;  // in the expression's text
};

// The way a person writes a path: tasks['a-b'].outputs.rows.
std::string path_text(const ExprPath& path);

class Expr {
 public:
  Expr() = default;
  // The error's message begins with "column N: ", counted from 1 within `text`.
  static Result<Expr> parse(std::string_view text);
  // The expression form of `needs:`. Operands are `task` (= task.succeeded) and `task.WORD` with
  // the words succeeded, failed, skipped, upstream_failed, cancelled and done (ended in any way),
  // joined by ! && || ( ). There is no subtraction here, so an operand is every character of
  // [A-Za-z0-9_.-] in a row: `a-b` is one id. A last `.WORD` is split off when it is one of the six
  // words; a task whose id itself ends so is written `x.failed.succeeded`.
  // References have the path {"tasks", id, WORD}.
  static Result<Expr> parse_needs(std::string_view text);

  bool empty() const { return root_ == nullptr; }
  const std::string& text() const { return text_; }
  const ExprNode& root() const { return *root_; }
  std::vector<Reference> references() const;

 private:
  friend class ExprMaker;

  std::string text_;
  std::shared_ptr<const ExprNode> root_;
};

// Static type of a value. `any` is used where the type is known only at run time.
enum class ExprType { any, null, boolean, number, string, array, object };

// "a number", "an array", for messages.
std::string_view with_article(ExprType type);

// What validation knows of the names. type_of says nullopt when the name does not exist; of a path
// that goes on into an object or `any`, shorter beginnings are asked after the whole.
// `suggestions` is asked for a did-you-mean over full names in the form of path_text.
struct ExprScope {
  std::function<std::optional<ExprType>(const ExprPath& path)> type_of;
  std::function<std::vector<std::string>()> suggestions;
};

struct ExprProblem {
  std::size_t offset = 0;
  std::string message;
  std::string hint;
};

// Empty when every reference exists and every operator and function gets operands it can work on.
// An expression without references is also tried, so 1/0 is found here.
std::vector<ExprProblem> check_expr(const Expr& expr, const ExprScope& scope);
ExprType type_of_expr(const Expr& expr, const ExprScope& scope);

// Looks a name up at run time. nullopt = not known *yet* (needs expressions); the result is then
// unknown unless it is certain whatever the value will be (three-valued logic of Kleene: false &&
// unknown is false, true || unknown is true, everything else of unknown is unknown). Asked for the
// whole path first, then for shorter beginnings, whose value is then walked into.
using ExprLookup = std::function<std::optional<Json>(const ExprPath& path)>;

struct ExprValue {
  bool known = false;
  Json value;  // meaningful when known
};

// Errors are of the data: division by zero, overflow, a bound reached, a wrong kind under `any`, a
// member or index that is not there (default() takes those, and null, as missing).
Result<ExprValue> evaluate(const Expr& expr, const ExprLookup& lookup);

// How a value becomes text in env and argv: strings as they are, numbers shortest, booleans true
// and false, null the empty string, arrays and objects compact JSON.
std::string to_text(const Json& value);

// A text with `${{ … }}` parts, parsed once. `$${{` is a literal `${{`. Values are put in as they
// are and never looked at again: a value that holds `${{` stays what it is.
class Template {
 public:
  Template() = default;
  explicit Template(std::string literal);
  // The error's message begins with "column N: ", counted from 1 within `text`.
  static Result<Template> parse(std::string_view text);

  // True when source() is the text as it is.
  bool is_literal() const { return parts_.empty(); }
  const std::string& source() const { return source_; }

  struct Part {
    std::string literal;     // text before the expression
    Expr expr;               // empty in the last part when text follows the last expression
    std::size_t offset = 0;  // of the expression in source()
  };
  const std::vector<Part>& parts() const { return parts_; }

  // Renders to text, at most kMaxValueBytes. A name that the lookup does not know is an error.
  Result<std::string> render(const ExprLookup& lookup) const;
  // A template that is one single expression keeps its type; any other is its text.
  Result<Json> value(const ExprLookup& lookup) const;

 private:
  std::string source_;
  std::vector<Part> parts_;
};

// check_expr over all parts; offsets are within source().
std::vector<ExprProblem> check_template(const Template& text, const ExprScope& scope);

// Of an expression made by parse_needs: the task ids in order of first appearance, each once.
std::vector<std::string> needs_tasks(const Expr& expr);

// Of an expression made by parse_needs: its value, or nullopt when the tasks that have not ended
// may still change it. An operand is undecided until its task has ended.
std::optional<bool> decide_needs(const Expr& expr,
                                 const std::function<TaskState(std::string_view id)>& state_of);

}  // namespace tidemill
