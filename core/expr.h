// Expressions: the text between ${{ and }}, `if:`, and the expression form of `needs:`.
// parse → check (types and references, at validation) → evaluate (one pass, no recursion beyond
// the parse depth, output size bounded). Grammar and functions: dag-format "Expressions".
// Values are Json. There is no assignment, no loop, no way to reach anything outside the scope.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"
#include "core/finding.h"

namespace tidemill {

struct ExprNode;  // defined in core/expr_node.h; immutable after parsing

inline constexpr std::size_t kMaxExprBytes = 4096;
inline constexpr int kMaxExprDepth = 32;
inline constexpr std::size_t kMaxValueBytes = 1u << 20;  // of any value made by evaluation

// A name with its path: tasks.train.outputs.rows → {"tasks","train","outputs","rows"}.
struct Reference {
  std::vector<std::string> path;
  std::size_t offset = 0;  // in the expression's text
};

class Expr {
 public:
  Expr() = default;
  // The error's message names the offset as "column N" within `text`.
  static Result<Expr> parse(std::string_view text);

  bool empty() const { return root_ == nullptr; }
  const std::string& text() const { return text_; }
  const ExprNode& root() const { return *root_; }
  std::vector<Reference> references() const;

 private:
  std::string text_;
  std::shared_ptr<const ExprNode> root_;
};

// Static type of a value. `any` is used where the type is known only at run time.
enum class ExprType { any, null, boolean, number, string, array, object };

// What validation knows of the names. Return nullopt when the name does not exist (then
// `suggestions` is asked for a did-you-mean over full dotted names).
struct ExprScope {
  std::function<std::optional<ExprType>(const std::vector<std::string>& path)> type_of;
  std::function<std::vector<std::string>()> suggestions;
};

struct ExprProblem {
  std::size_t offset = 0;
  std::string message;
  std::string hint;
};

// Empty when every reference exists and every operator gets operands it can work on.
std::vector<ExprProblem> check_expr(const Expr& expr, const ExprScope& scope);
ExprType type_of_expr(const Expr& expr, const ExprScope& scope);

// Looks a name up at run time. nullopt = not known *yet* (needs expressions); the result is then
// unknown unless it is certain whatever the value will be (three-valued logic).
using ExprLookup = std::function<std::optional<Json>(const std::vector<std::string>& path)>;

struct ExprValue {
  bool known = false;
  Json value;  // meaningful when known
};

// Errors are of the data: division by zero, overflow of the size bound, a wrong kind under `any`.
Result<ExprValue> evaluate(const Expr& expr, const ExprLookup& lookup);

// How a value becomes text in env and argv: strings as they are, numbers shortest, booleans true and
// false, null the empty string, arrays and objects compact JSON.
std::string to_text(const Json& value);

// A text with `${{ … }}` parts, parsed once. A template that is one single part keeps the type.
class Template {
 public:
  Template() = default;
  explicit Template(std::string literal);
  static Result<Template> parse(std::string_view text);

  bool is_literal() const { return parts_.empty(); }
  const std::string& source() const { return source_; }

  struct Part {
    std::string literal;  // text before the expression
    Expr expr;            // empty in the last part when text follows the last expression
    std::size_t offset = 0;  // of the expression in source()
  };
  const std::vector<Part>& parts() const { return parts_; }

  // Renders to text. The lookup must know every name (validation has seen to that).
  Result<std::string> render(const ExprLookup& lookup) const;

 private:
  std::string source_;
  std::vector<Part> parts_;
};

// The expression form of `needs:` has operands `task` (= task.succeeded), `task.succeeded`,
// `.failed`, `.skipped`, `.upstream_failed`, `.cancelled`, `.done`, and ! && || ( ).
// Returns the task ids it names in order of first appearance, each once.
Result<std::vector<std::string>> needs_tasks(const Expr& expr);

}  // namespace tidemill
