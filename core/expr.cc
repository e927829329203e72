#include "core/expr.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/expr_node.h"

namespace tidemill {

namespace {

void collect(const ExprNode& node, std::vector<Reference>& found) {
  if (node.kind == ExprNode::Kind::reference) found.push_back({node.path, node.offset});
  for (const ExprNode& child : node.children) collect(child, found);
}

bool is_plain_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

std::string quoted(std::string_view name) {
  std::string out = "'";
  for (const char c : name) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

Result<Expr> finish(std::string_view text, ExprParseResult parsed) {
  if (parsed.root) return ExprMaker::make(text, std::move(*parsed.root));
  const ExprProblem& problem = parsed.problem;
  const std::string hint = problem.hint.empty() ? "" : "; " + problem.hint;
  return error_at(text, problem.offset, problem.message + hint);
}

// What both grammars refuse before they look at anything.
std::optional<ExprProblem> refuse_text(std::string_view text) {
  if (text.size() > kMaxExprBytes) {
    return ExprProblem{0,
                       fmt::format("the expression has {} bytes; at most {} are allowed",
                                   text.size(), kMaxExprBytes),
                       {}};
  }
  if (const auto bad = find_invalid_utf8(text)) {
    return ExprProblem{*bad, "the expression is not valid UTF-8", {}};
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) return ExprProblem{nul, "the expression has a NUL byte", {}};
  return std::nullopt;
}

}  // namespace

Error error_at(std::string_view text, std::size_t offset, const std::string& message) {
  return invalid(
      fmt::format("column {}: {}", count_code_points(text.substr(0, offset)) + 1, message));
}

Expr ExprMaker::make(std::string_view text, ExprNode root) {
  Expr expr;
  expr.text_ = text;
  expr.root_ = std::make_shared<const ExprNode>(std::move(root));
  return expr;
}

Result<Expr> Expr::parse(std::string_view text) { return finish(text, parse_expression(text)); }

Result<Expr> Expr::parse_needs(std::string_view text) {
  return finish(text, parse_needs_expression(text));
}

std::vector<Reference> Expr::references() const {
  std::vector<Reference> found;
  if (root_) collect(*root_, found);
  return found;
}

ExprParseResult parse_expression(std::string_view text) {
  if (auto problem = refuse_text(text)) return {std::nullopt, std::move(*problem)};
  return parse_operators(text);
}

ExprParseResult parse_needs_expression(std::string_view text) {
  if (auto problem = refuse_text(text)) return {std::nullopt, std::move(*problem)};
  return parse_needs_operators(text);
}

std::string path_text(const ExprPath& path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_plain_name(path[i])) {
      out += i == 0 ? "" : ".";
      out += path[i];
    } else {
      out += "[" + quoted(path[i]) + "]";
    }
  }
  return out;
}

std::string to_text(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::null:
      return {};
    case Json::Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case Json::Kind::integer:
      return std::to_string(value.as_int());
    case Json::Kind::number:
      return shortest(value.as_double());
    case Json::Kind::string:
      return value.as_string();
    case Json::Kind::array:
    case Json::Kind::object:
      return value.dump();
  }
  UNREACHABLE();
}

}  // namespace tidemill
