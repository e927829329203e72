// Parses the input as an expression, a needs expression, a template, JSON and a parameter; what is
// accepted is checked and evaluated. Finds crashes, hangs and broken promises, not wrong values.
#include <string_view>

#include "base/text.h"
#include "core/expr.h"
#include "core/params.h"

namespace tidemill {
namespace {

std::optional<Json> lookup(const ExprPath& path) {
  const std::string& last = path.back();
  if (last == "u") return std::nullopt;
  if (last == "n") return Json(7);
  if (last == "d") return Json(-0.5);
  if (last == "s") return Json("2024-02-29");
  if (last == "b") return Json(true);
  if (last == "l") return Json(Json::Array{Json(1), Json("x"), Json()});
  if (last == "o") return Json(Json::Object{{"k", Json(Json::Array{Json(1)})}});
  if (last == "big") return Json(std::string(kMaxValueBytes, 'x'));
  return std::nullopt;
}

const ExprScope kScope{[](const ExprPath& path) -> std::optional<ExprType> {
                         if (path.size() > 1) return std::nullopt;
                         return path[0] == "n" ? ExprType::number : ExprType::any;
                       },
                       [] {
                         return std::vector<std::string>{"params.n", "tasks.a.outputs.b"};
                       }};

void try_expression(std::string_view text) {
  const auto expr = Expr::parse(text);
  if (!expr) return;
  for (const ExprProblem& problem : check_expr(*expr, kScope)) CHECK(problem.offset <= text.size());
  for (const Reference& reference : expr->references()) {
    CHECK(reference.offset < text.size());
    // A path as it is printed means the same path.
    const auto again = Expr::parse(path_text(reference.path));
    if (again && !again->references().empty()) CHECK(again->references()[0].path == reference.path);
  }
  const auto value = evaluate(*expr, lookup);
  if (value && value->known) (void)to_text(value->value);
}

void try_needs(std::string_view text) {
  const auto expr = Expr::parse_needs(text);
  if (!expr) return;
  CHECK(!needs_tasks(*expr).empty());
  (void)decide_needs(*expr, [](std::string_view id) {
    return id.size() % 2 == 0 ? TaskState::running : TaskState::failed;
  });
}

void try_template(std::string_view text) {
  const auto parsed = Template::parse(text);
  if (!parsed) return;
  for (const ExprProblem& problem : check_template(*parsed, kScope)) {
    CHECK(problem.offset <= text.size());
  }
  const auto rendered = parsed->render(lookup);
  if (rendered) CHECK(rendered->size() <= std::max(kMaxValueBytes, text.size()));
  if (parsed->is_literal()) CHECK(rendered && *rendered == text);
}

void try_json(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return;
  const std::string dumped = value->dump();
  const auto again = parse_json(dumped);
  CHECK(again && again->dump() == dumped && *again == *value);
  CHECK(parse_json(value->dump(true))->dump() == dumped);
}

void try_param(std::string_view text) {
  Dag dag;
  for (const ParamType type :
       {ParamType::string, ParamType::integer, ParamType::number, ParamType::array,
        ParamType::object, ParamType::date, ParamType::duration}) {
    ParamSpec spec;
    spec.name = "p";
    spec.type = type;
    spec.pattern = "*a?*b*";
    if (type == ParamType::array) spec.items = ParamType::string;
    dag.params = {spec};
    const std::vector<std::pair<std::string, std::string>> given = {{"p", std::string(text)}};
    const BoundParams bound = bind_params(dag, given);
    if (bound.problems.empty()) (void)param_environment(bound.values);
  }
  CHECK(!find_invalid_utf8(printable(text)));
}

}  // namespace
}  // namespace tidemill

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tidemill::try_expression(text);
  tidemill::try_needs(text);
  tidemill::try_template(text);
  tidemill::try_json(text);
  tidemill::try_param(text);
  return 0;
}
