#include <gtest/gtest.h>

#include "core/expr.h"
#include "core/expr_functions.h"

namespace tidemill {
namespace {

const ExprScope kScope{[](const ExprPath& path) -> std::optional<ExprType> {
                         const std::string name = path_text(path);
                         if (name == "params.n") return ExprType::number;
                         if (name == "params.s") return ExprType::string;
                         if (name == "params.b") return ExprType::boolean;
                         if (name == "params.l") return ExprType::array;
                         if (name == "params.o") return ExprType::object;
                         if (name == "tasks.train.outputs.rows") return ExprType::any;
                         if (name == "tasks['a-b'].outputs.x") return ExprType::any;
                         return std::nullopt;
                       },
                       [] {
                         return std::vector<std::string>{"params.n", "params.s",
                                                         "tasks.train.outputs.rows",
                                                         "tasks['a-b'].outputs.x"};
                       }};

std::string check(std::string_view text) {
  std::string out;
  for (const ExprProblem& problem : check_expr(Expr::parse(text).value(), kScope)) {
    out += std::to_string(problem.offset) + ": " + problem.message;
    if (!problem.hint.empty()) out += " (" + problem.hint + ")";
    out += "\n";
  }
  return out;
}

TEST(CheckExpr, AcceptsWhatCanWork) {
  for (const char* text :
       {"params.n > 1 && params.b", "params.s + 'x' == 'ax'", "tasks.train.outputs.rows >= 1000",
        "tasks.train.outputs.rows.deep.down[0] + 1", "params.o.any.thing == 1",
        "params.l[params.n]", "params.o[params.s]", "params.s == null",
        "params.b ? params.n : params.s", "default(params.s, null) == 'x'", "1 in params.l",
        "params.s in 'abc'", "length(params.l) > 0", "(params.b ? 1 : 2) + 1",
        "default(null, 1) + 1", "join(params.l) + 'x'", "-params.n < 0"}) {
    EXPECT_EQ(check(text), "") << text;
  }
}

TEST(CheckExpr, UnknownNamesGetASuggestion) {
  EXPECT_EQ(check("params.m > 1"), "0: there is no 'params.m' (did you mean 'params.n'?)\n");
  EXPECT_EQ(
      check("1 < task.train.outputs.rows"),
      "4: there is no 'task.train.outputs.rows' (did you mean 'tasks.train.outputs.rows'?)\n");
  EXPECT_EQ(check("params.s == production"),
            "12: there is no 'production' (a text is written in quotes: 'production')\n");
  EXPECT_EQ(check("params"), "0: there is no 'params' (did you mean 'params.n'?)\n");
}

TEST(CheckExpr, ADashInANameIsExplained) {
  EXPECT_EQ(check("tasks.a-b.outputs.x > 1"),
            "7: '-' here is a subtraction (write tasks['a-b'].outputs.x for the name)\n");
  EXPECT_EQ(check("params.n-params.n"), "");
  EXPECT_EQ(check("tasks['a-b'].outputs.x > 1"), "");
}

TEST(CheckExpr, ReportsEveryMismatch) {
  EXPECT_EQ(
      check("params.n && params.s"),
      "0: && takes boolean, not a number (compare it with something to get true or false)\n"
      "12: && takes boolean, not a string (compare it with something to get true or false)\n");
  EXPECT_EQ(check("params.n == 'x'"),
            "9: == compares a number with a string, which are never equal\n");
  EXPECT_EQ(check("params.n + 'x'"),
            "9: + takes two numbers or two strings, not a number and a string "
            "(format('{0}{1}', …) puts them into one text)\n");
  EXPECT_EQ(check("params.s.x"), "0: 'params.s' is a string and has no member 'x'\n");
  EXPECT_EQ(check("params.l < params.l"), "0: < takes number or string, not an array\n");
  EXPECT_EQ(check("length(params.n)"), "7: length takes string, array or object, not a number\n");
  for (const char* text :
       {"!params.n", "-params.s", "params.s * 2", "params.n[0]", "params.l['a' + 'b']",
        "params.o[0]", "1 in params.s", "params.s in params.n", "params.n ? 1 : 2", "params.s < 1",
        "null + 1", "lower(1).x", "params.b < params.b"}) {
    EXPECT_NE(check(text), "") << text;
  }
}

TEST(CheckExpr, ConstantErrorsAreFoundBeforeARun) {
  EXPECT_EQ(check("1 / 0"), "0: column 3: division by zero\n");
  EXPECT_NE(check("fromJson('{')"), "");
  EXPECT_NE(check("date('2023-02-30', '%Y')"), "");
  EXPECT_EQ(check("1 / 2"), "");
}

TEST(CheckExpr, TypeOfTheWhole) {
  const auto type = [](std::string_view text) {
    return type_of_expr(Expr::parse(text).value(), kScope);
  };
  EXPECT_EQ(type("params.n > 1"), ExprType::boolean);
  EXPECT_EQ(type("params.s + 'x'"), ExprType::string);
  EXPECT_EQ(type("tasks.train.outputs.rows + 1"), ExprType::number);
  EXPECT_EQ(type("tasks.train.outputs.rows"), ExprType::any);
  EXPECT_EQ(type("params.b ? 1 : 2"), ExprType::number);
  EXPECT_EQ(type("params.b ? 1 : 'x'"), ExprType::any);
  EXPECT_EQ(type("default(params.s, 'x')"), ExprType::string);
  EXPECT_EQ(type("default(params.s, 1)"), ExprType::any);
  EXPECT_EQ(type("split('a', 'b')"), ExprType::array);
}

// Every operator and every function over every pair of kinds: what the check lets through, the
// evaluation can do; what it refuses, the evaluation refuses (but == of different kinds, which
// is false there).
struct Sample {
  Json value;
  ExprType type;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {Json(), ExprType::null},
      {Json(true), ExprType::boolean},
      {Json(3), ExprType::number},
      {Json(2.5), ExprType::number},
      {Json("2024-01-01"), ExprType::string},
      {Json(Json::Array{Json(1), Json("a"), Json(2), Json(4)}), ExprType::array},
      {Json(Json::Object{{"2024-01-01", Json(1)}}), ExprType::object},
  };
  return all;
}

void expect_agreement(const std::string& text, const Sample& a, const Sample& b, bool is_equality) {
  const auto type_of = [&](const ExprPath& path) -> std::optional<ExprType> {
    return path[0] == "a" ? a.type : b.type;
  };
  const auto lookup = [&](const ExprPath& path) -> std::optional<Json> {
    return path[0] == "a" ? a.value : b.value;
  };
  const Expr expr = Expr::parse(text).value();
  const ExprScope scope{type_of, nullptr};
  const bool accepted = check_expr(expr, scope).empty();
  const auto result = evaluate(expr, lookup);
  const std::string what = text + " with " + a.value.dump() + " and " + b.value.dump();
  if (is_equality) {
    EXPECT_TRUE(result) << what;
  } else {
    EXPECT_EQ(accepted, result.ok()) << what << (result ? "" : result.error().message);
  }
  if (!accepted || !result) return;
  const ExprType promised = type_of_expr(expr, scope);
  if (promised == ExprType::any) return;
  EXPECT_EQ(with_article(type_of_value(result->value)), with_article(promised)) << what;
}

TEST(CheckExpr, AgreesWithTheEvaluationOverAllKinds) {
  for (const Sample& a : samples()) {
    for (const Sample& b : samples()) {
      for (const char* op : {"<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"}) {
        expect_agreement(std::string("a ") + op + " b", a, b, false);
      }
      for (const char* op : {"==", "!="})
        expect_agreement(std::string("a ") + op + " b", a, b, true);
      for (const char* text :
           {"startsWith(a, b)", "endsWith(a, b)", "contains(a, b)", "split(a, b)", "join(a, b)",
            "format('{0}{1}', a, b)", "default(a, b)", "[a, b]"}) {
        expect_agreement(text, a, b, false);
      }
    }
    for (const char* text :
         {"!a", "-a", "lower(a)", "upper(a)", "length(a)", "toJson(a)", "join(a)", "date(a, '%Y')",
          "a ? 1 : 2", "[a]", "true && a", "false || a"}) {
      expect_agreement(text, a, a, false);
    }
  }
}

}  // namespace
}  // namespace tidemill
