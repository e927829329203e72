// The expression form of `needs:`: its grammar, and its decision while tasks are still under way.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "core/expr_node.h"

namespace tidemill {

namespace {

enum class Need { succeeded, failed, skipped, upstream_failed, cancelled, done };

constexpr std::array<std::pair<std::string_view, Need>, 6> kWords = {{
    {"succeeded", Need::succeeded},
    {"failed", Need::failed},
    {"skipped", Need::skipped},
    {"upstream_failed", Need::upstream_failed},
    {"cancelled", Need::cancelled},
    {"done", Need::done},
}};

std::optional<Need> need_from(std::string_view word) {
  for (const auto& [known, need] : kWords) {
    if (known == word) return need;
  }
  return std::nullopt;
}

constexpr std::size_t kMaxIdBytes = 64;

bool is_id_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_id_part(char c) { return is_id_start(c) || c == '.' || c == '-'; }

class NeedsParser {
 public:
  explicit NeedsParser(std::string_view text) : text_(text) { skip_space(); }

  ExprParseResult parse() {
    Result<ExprNode> root = whole();
    if (!root) return {std::nullopt, std::move(problem_)};
    return {std::move(root).value(), {}};
  }

 private:
  Result<ExprNode> whole() {
    if (at_ == text_.size()) return fail("the expression is empty");
    ExprNode root = TRY(any_of());
    if (at_ < text_.size()) return unexpected("&& or ||");
    return root;
  }

  Result<ExprNode> any_of() {
    ExprNode left = TRY(all_of());
    while (take("||")) {
      ExprNode right = TRY(all_of());
      left = TRY(join(ExprOp::logical_or, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<ExprNode> all_of() {
    ExprNode left = TRY(operand());
    while (take("&&")) {
      ExprNode right = TRY(operand());
      left = TRY(join(ExprOp::logical_and, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<ExprNode> join(ExprOp op, ExprNode left, ExprNode right) {
    if (left.op != op) {
      ExprNode node = operation(ExprNode::Kind::binary, op, left.offset);
      node.depth = left.depth + 1;
      node.children.push_back(std::move(left));
      left = std::move(node);
    }
    left.depth = std::max(left.depth, right.depth + 1);
    left.children.push_back(std::move(right));
    if (left.depth > kMaxExprDepth) return deep();
    return left;
  }

  Result<ExprNode> operand() {
    if (++nesting_ > kMaxExprDepth) return deep();
    Result<ExprNode> node = nested_operand();
    --nesting_;
    return node;
  }

  Result<ExprNode> nested_operand() {
    const std::size_t offset = at_;
    if (take("!")) {
      ExprNode negated = TRY(operand());
      ExprNode node = operation(ExprNode::Kind::unary, ExprOp::logical_not, offset);
      node.depth = negated.depth + 1;
      node.children.push_back(std::move(negated));
      if (node.depth > kMaxExprDepth) return deep();
      return node;
    }
    if (!take("(")) return task();
    ExprNode inner = TRY(any_of());
    if (!take(")")) return unexpected("')'");
    return inner;
  }

  Result<ExprNode> task() {
    const std::size_t start = at_;
    if (start == text_.size() || !is_id_start(text_[start])) return unexpected("a task's id");
    while (at_ < text_.size() && is_id_part(text_[at_])) ++at_;
    std::string_view id = text_.substr(start, at_ - start);
    std::string_view word = "succeeded";
    const std::size_t dot = id.rfind('.');
    if (dot != std::string_view::npos && need_from(id.substr(dot + 1))) {
      word = id.substr(dot + 1);
      id = id.substr(0, dot);
    }
    if (id.size() > kMaxIdBytes) return fail_at(start, "a task's id has at most 64 characters");
    skip_space();
    ExprNode node = operation(ExprNode::Kind::reference, ExprOp::none, start);
    node.path = {"tasks", std::string(id), std::string(word)};
    return node;
  }

  static ExprNode operation(ExprNode::Kind kind, ExprOp op, std::size_t offset) {
    ExprNode node;
    node.kind = kind;
    node.op = op;
    node.offset = offset;
    return node;
  }

  bool take(std::string_view symbol) {
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    skip_space();
    return true;
  }

  void skip_space() {
    constexpr std::string_view kSpace = " \t\r\n";
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
  }

  Error fail_at(std::size_t offset, std::string message, std::string hint = {}) {
    problem_ = {offset, std::move(message), std::move(hint)};
    return invalid(problem_.message);
  }
  Error fail(std::string message) { return fail_at(at_, std::move(message)); }
  Error deep() { return fail(fmt::format("the expression nests deeper than {}", kMaxExprDepth)); }

  Error unexpected(std::string_view wanted) {
    constexpr std::string_view kHint =
        "`needs` knows task ids, task.succeeded, .failed, .skipped, .upstream_failed, .cancelled, "
        ".done, and ! && || ( )";
    if (at_ == text_.size()) {
      return fail_at(at_, fmt::format("the expression ends where {} is missing", wanted),
                     std::string(kHint));
    }
    const std::string_view rest = text_.substr(at_, text_.find_first_of(" \t\r\n", at_) - at_);
    return fail_at(at_, fmt::format("expected {}, not '{}'", wanted, printable(rest, 64)),
                   std::string(kHint));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  ExprProblem problem_;
};

// nullopt while the task may still change.
std::optional<bool> holds(std::string_view word, TaskState state) {
  const std::optional<Need> need = need_from(word);
  CHECK(need.has_value());
  if (!is_terminal(state)) return std::nullopt;
  switch (*need) {
    case Need::succeeded:
      return state == TaskState::succeeded;
    case Need::failed:
      return state == TaskState::failed;
    case Need::skipped:
      return state == TaskState::skipped;
    case Need::upstream_failed:
      return state == TaskState::upstream_failed;
    case Need::cancelled:
      return state == TaskState::cancelled;
    case Need::done:
      return true;
  }
  UNREACHABLE();
}

using StateOf = std::function<TaskState(std::string_view id)>;

std::optional<bool> decide(const ExprNode& node, const StateOf& state_of);

std::optional<bool> decide_chain(const ExprNode& node, const StateOf& state_of) {
  CHECK(node.op == ExprOp::logical_or || node.op == ExprOp::logical_and);
  const bool decisive = node.op == ExprOp::logical_or;  // the operand value that settles it
  bool all_known = true;
  for (const ExprNode& child : node.children) {
    const std::optional<bool> value = decide(child, state_of);
    if (value == decisive) return decisive;
    if (!value) all_known = false;
  }
  if (!all_known) return std::nullopt;
  return !decisive;
}

std::optional<bool> decide(const ExprNode& node, const StateOf& state_of) {
  if (node.kind == ExprNode::Kind::reference) {
    // The other grammar makes paths of other lengths.
    CHECK(node.path.size() == 3 && node.path[0] == "tasks");
    return holds(node.path[2], state_of(node.path[1]));
  }
  if (node.kind == ExprNode::Kind::binary) return decide_chain(node, state_of);
  CHECK(node.kind == ExprNode::Kind::unary && node.op == ExprOp::logical_not);
  const std::optional<bool> value = decide(node.children[0], state_of);
  if (!value) return std::nullopt;
  return !*value;
}

}  // namespace

ExprParseResult parse_needs_operators(std::string_view text) { return NeedsParser(text).parse(); }

std::vector<std::string> needs_tasks(const Expr& expr) {
  std::vector<std::string> ids;
  std::set<std::string, std::less<>> seen;
  for (Reference& reference : expr.references()) {
    CHECK(reference.path.size() == 3);
    if (seen.insert(reference.path[1]).second) ids.push_back(std::move(reference.path[1]));
  }
  return ids;
}

std::optional<bool> decide_needs(const Expr& expr, const StateOf& state_of) {
  CHECK(!expr.empty());
  return decide(expr.root(), state_of);
}

}  // namespace tidemill
