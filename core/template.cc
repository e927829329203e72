#include <fmt/format.h>

#include "base/text.h"
#include "core/expr.h"
#include "core/expr_evaluate.h"
#include "core/expr_lexer.h"
#include "core/expr_node.h"

namespace tidemill {

namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";

// Offset of the `}}` that ends the expression which begins at `from`; quoted text may hold `}}`.
std::size_t find_close(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text.substr(i).starts_with(kClose)) return i;
    if (text[i] != '\'' && text[i] != '"') continue;
    const std::size_t end = end_of_quoted(text, i);
    if (end == std::string_view::npos) return end;
    i = end - 1;
  }
  return std::string_view::npos;
}

Result<Expr> parse_part(std::string_view source, std::size_t begin, std::size_t end) {
  const std::string_view text = source.substr(begin, end - begin);
  ExprParseResult parsed = parse_expression(text);
  if (parsed.root) return ExprMaker::make(text, std::move(*parsed.root));
  const ExprProblem& problem = parsed.problem;
  const std::string hint = problem.hint.empty() ? "" : "; " + problem.hint;
  return error_at(source, begin + problem.offset, problem.message + hint);
}

Error not_known(const Expr& expr) {
  return invalid(fmt::format("the value of '{}' is not known", printable(trim(expr.text()))));
}

Result<Json> value_of(const Expr& expr, const ExprLookup& lookup, ExprBudget& budget) {
  ExprValue value = TRY(evaluate_within(expr, lookup, budget));
  if (!value.known) return not_known(expr);
  return std::move(value.value);
}

}  // namespace

Template::Template(std::string literal) : source_(std::move(literal)) {}

Result<Template> Template::parse(std::string_view text) {
  Template made{std::string(text)};
  std::string literal;
  std::size_t at = 0;
  bool special = false;  // an expression or an escape was seen
  for (;;) {
    const std::size_t open = text.find(kOpen, at);
    if (open == std::string_view::npos) break;
    special = true;
    const bool escaped = open > at && text[open - 1] == '$';
    literal += text.substr(at, open - at - (escaped ? 1 : 0));
    at = open + kOpen.size();
    if (escaped) {
      literal += kOpen;
      continue;
    }
    const std::size_t close = find_close(text, at);
    if (close == std::string_view::npos) {
      return error_at(text, open, "'${{' is never closed by '}}'; a literal one is written '$${{'");
    }
    if (made.parts_.size() >= kMaxTemplateParts) {
      return error_at(text, open,
                      fmt::format("more than {} expressions in one text", kMaxTemplateParts));
    }
    Expr expr = TRY(parse_part(text, at, close));
    made.parts_.push_back({std::move(literal), std::move(expr), at});
    literal.clear();
    at = close + kClose.size();
  }
  literal += text.substr(at);
  if (special && !literal.empty()) made.parts_.push_back({std::move(literal), {}, text.size()});
  return made;
}

Result<std::string> Template::render(const ExprLookup& lookup) const {
  if (is_literal()) return source_;
  ExprBudget budget;
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (!part.expr.empty()) {
      const Json value = TRY(value_of(part.expr, lookup, budget));
      out += to_text(value);
    }
    if (out.size() > kMaxValueBytes) {
      return invalid(fmt::format("the text becomes larger than {} bytes", kMaxValueBytes));
    }
  }
  return out;
}

Result<Json> Template::value(const ExprLookup& lookup) const {
  const bool single = parts_.size() == 1 && parts_[0].literal.empty();
  if (single) {
    ExprBudget budget;
    return value_of(parts_[0].expr, lookup, budget);
  }
  std::string text = TRY(render(lookup));
  return Json(std::move(text));
}

std::vector<ExprProblem> check_template(const Template& text, const ExprScope& scope) {
  std::vector<ExprProblem> problems;
  for (const Template::Part& part : text.parts()) {
    if (part.expr.empty()) continue;
    for (ExprProblem& problem : check_expr(part.expr, scope)) {
      problem.offset += part.offset;
      problems.push_back(std::move(problem));
    }
  }
  return problems;
}

}  // namespace tidemill
