#include "core/expr.h"

#include <gtest/gtest.h>

#include "core/expr_functions.h"

namespace tidemill {
namespace {

std::optional<Json> values(const ExprPath& path) {
  const std::string name = path_text(path);
  if (name == "params.n") return Json(7);
  if (name == "params.s") return Json("text");
  if (name == "params.none") return Json();
  if (name == "params.list") return Json(Json::Array{Json(1), Json("x"), Json(2.5)});
  if (name == "params.map") return parse_json(R"({"low":{"x":1},"a b":2,"list":[10,20]})").value();
  if (name == "params.big") return Json(std::string(1u << 20, 'x'));
  if (name == "tasks['a-b'].outputs.rows") return Json(12);
  return std::nullopt;
}

// The value as JSON, "unknown", or the error.
std::string eval(std::string_view text) {
  const auto expr = Expr::parse(text);
  if (!expr) return "parse: " + expr.error().message;
  const auto value = evaluate(*expr, values);
  if (!value) return "error: " + value.error().message;
  return value->known ? value->value.dump() : "unknown";
}

std::string repeat(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Expr, Literals) {
  EXPECT_EQ(eval("1"), "1");
  EXPECT_EQ(eval("-0.5e1"), "-5.0");
  EXPECT_EQ(eval(" true "), "true");
  EXPECT_EQ(eval("null"), "null");
  EXPECT_EQ(eval("'a\"b'"), R"("a\"b")");
  EXPECT_EQ(eval(R"("a'b\"\\\n\r\t\'")"), R"("a'b\"\\\n\r\t'")");
  EXPECT_EQ(eval("[1, 'x', [], [true]]"), R"([1,"x",[],[true]])");
  EXPECT_EQ(eval("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(eval("-9223372036854775808"), "-9223372036854775808");
}

TEST(Expr, PrecedenceTable) {
  EXPECT_EQ(eval("1 + 2 * 3"), "7");
  EXPECT_EQ(eval("(1 + 2) * 3"), "9");
  EXPECT_EQ(eval("10 - 3 - 2"), "5");
  EXPECT_EQ(eval("100 / 10 / 5"), "2");
  EXPECT_EQ(eval("7 % 4 * 2"), "6");
  EXPECT_EQ(eval("2 + 3 == 5 && 1 < 2"), "true");
  EXPECT_EQ(eval("true || false && false"), "true");
  EXPECT_EQ(eval("(true || false) && false"), "false");
  EXPECT_EQ(eval("!false && false"), "false");
  EXPECT_EQ(eval("-2 * -3"), "6");
  EXPECT_EQ(eval("1 - -1"), "2");
  EXPECT_EQ(eval("-(2 + 3)"), "-5");
  EXPECT_EQ(eval("1 + 1 in [2]"), "true");
  EXPECT_EQ(eval("false ? 1 : true ? 2 : 3"), "2");
  EXPECT_EQ(eval("true ? false ? 1 : 2 : 3"), "2");
  EXPECT_EQ(eval("true || false ? 1 : 2"), "1");
  EXPECT_EQ(eval("!params.map.low.x == 1").substr(0, 6), "error:");
  EXPECT_EQ(eval("-params.n + 1"), "-6");
  EXPECT_EQ(eval("-params.list[0]"), "-1");
}

TEST(Expr, MistakesAreNamedWithTheirColumn) {
  EXPECT_EQ(eval(""), "parse: column 1: the expression is empty");
  EXPECT_EQ(eval("  "), "parse: column 3: the expression is empty");
  EXPECT_EQ(eval("1 +"), "parse: column 4: the expression ends where a value is missing");
  EXPECT_EQ(eval("(1"), "parse: column 3: the expression ends where ')' is missing");
  EXPECT_EQ(eval("a b"), "parse: column 3: expected an operator or the end, not 'b'");
  EXPECT_EQ(eval("a and b"),
            "parse: column 3: expected an operator or the end, not 'and'; write && for and");
  EXPECT_EQ(eval("a = 1"),
            "parse: column 3: expected an operator or the end, not '='; write == to compare");
  EXPECT_EQ(eval("1 < 2 < 3"),
            "parse: column 7: comparisons do not chain; join two of them with &&");
  EXPECT_EQ(eval("'abc"), "parse: column 1: the text that begins here has no closing '");
  EXPECT_EQ(eval("'é' + 'a\\x'"),
            R"(parse: column 9: unknown escape; there are \\ \' \" \n \r \t)");
  EXPECT_EQ(eval("lenght('a')"),
            "parse: column 1: there is no function 'lenght'; did you mean 'length'?");
  EXPECT_EQ(eval("lower()"),
            "parse: column 1: lower is called with 0 arguments; it is lower(string) → string");
  EXPECT_EQ(eval("true ? 1"),
            "parse: column 9: the expression ends where ':' of the '? :' is missing");
  EXPECT_EQ(eval("007"), "parse: column 1: a number is written without leading zeros");
  EXPECT_EQ(eval("0.1e400"), "parse: column 1: the number is beyond 64-bit integers and doubles");
  EXPECT_EQ(eval("1 + 1/0"), "error: column 6: division by zero");
}

TEST(Expr, RefusesWhatIsNoExpression) {
  for (const char* text : {"1abc",      "01",
                           "1.",        ".5",
                           "1..2",      "a.",
                           "a.[0]",     "a[]",
                           "a[0",       "[1,]",
                           "[,1]",      "f(1",
                           "(",         ")",
                           "()",        "1 2",
                           "\"a'",      "a?b",
                           "a:b",       "&a",
                           "a & b",     "a | b",
                           "a === b",   "a <> b",
                           "$x",        "{}",
                           "a;b",       "a := 1",
                           "x => 1",    "in",
                           "1 in",      "`id`",
                           "lower 'a'", "99999999999999999999",
                           "1e400",     "\xff",
                           "a.b(1)",    "#"}) {
    EXPECT_FALSE(Expr::parse(text)) << text;
  }
  EXPECT_FALSE(Expr::parse(std::string_view("1\0", 2)));
  EXPECT_FALSE(Expr::parse(std::string_view("'\0'", 3)));
}

TEST(Expr, SizeAndDepthAreBounded) {
  EXPECT_TRUE(Expr::parse(repeat("(", 30) + "1" + repeat(")", 30)));
  for (const char* open : {"(", "[", "!", "-", "true?1:", "lower(", "a[", "1+(", "true?"}) {
    EXPECT_FALSE(Expr::parse(repeat(open, 500))) << open;
    EXPECT_FALSE(Expr::parse(repeat(open, 500) + "1")) << open;
  }
  EXPECT_FALSE(Expr::parse(repeat("(", 2000) + "1" + repeat(")", 2000)));
  EXPECT_FALSE(Expr::parse("1" + repeat("+1", 100)));
  EXPECT_FALSE(Expr::parse("lower('')" + repeat("[0]", 100)));
  EXPECT_TRUE(Expr::parse("a" + repeat(".b", 2000)));
  EXPECT_EQ(eval("true" + repeat("&&true", 600)), "true");
  EXPECT_EQ(eval("false" + repeat(" || false", 400) + " || true"), "true");
  EXPECT_TRUE(Expr::parse("'" + std::string(kMaxExprBytes - 2, 'a') + "'"));
  EXPECT_FALSE(Expr::parse("'" + std::string(kMaxExprBytes - 1, 'a') + "'"));
}

TEST(Expr, IntegersNeverWrap) {
  EXPECT_EQ(eval("9223372036854775806 + 1"), "9223372036854775807");
  for (const char* text :
       {"9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2",
        "-(-9223372036854775808)", "-9223372036854775808 / -1", "-9223372036854775808 * -1",
        "4294967296 * 4294967296"}) {
    EXPECT_NE(eval(text).find("is beyond 64-bit integers"), std::string::npos) << eval(text);
  }
  EXPECT_EQ(eval("-9223372036854775808 % -1"), "0");
  EXPECT_EQ(eval("9223372036854775807 == 9223372036854775807.0"), "false");
}

TEST(Expr, DivisionIsExactOrADouble) {
  EXPECT_EQ(eval("6 / 3"), "2");
  EXPECT_EQ(eval("7 / 2"), "3.5");
  EXPECT_EQ(eval("-7 % 3"), "-1");
  EXPECT_EQ(eval("7 % -3"), "1");
  EXPECT_EQ(eval("7.5 % 2"), "1.5");
  for (const char* text : {"1 / 0", "1 % 0", "1 / 0.0", "1.0 / 0", "1.5 % 0", "0 / -0.0"}) {
    EXPECT_NE(eval(text).find("division by zero"), std::string::npos) << text;
  }
  for (const char* text : {"1e308 * 10", "-1e308 - 1e308", "1e308 / 1e-10"}) {
    EXPECT_NE(eval(text).find("beyond the range of numbers"), std::string::npos) << text;
  }
}

TEST(Expr, EqualityNeverConverts) {
  EXPECT_EQ(eval("1 == 1.0"), "true");
  EXPECT_EQ(eval("1 == '1'"), "false");
  EXPECT_EQ(eval("null == false"), "false");
  EXPECT_EQ(eval("'' == null"), "false");
  EXPECT_EQ(eval("[1, 'a'] == [1.0, 'a']"), "true");
  EXPECT_EQ(eval("params.map.low == fromJson('{\"x\":1}')"), "true");
  EXPECT_EQ(eval("'a' != 'b'"), "true");
  EXPECT_EQ(eval("'a' < 'b' && 'Z' < 'a' && 'a' < 'aa' && 'z' < 'é'"), "true");
}

TEST(Expr, InLooksIntoArraysTextsAndObjects) {
  EXPECT_EQ(eval("1.0 in [1, 2]"), "true");
  EXPECT_EQ(eval("'1' in [1, 2]"), "false");
  EXPECT_EQ(eval("'ex' in 'text'"), "true");
  EXPECT_EQ(eval("'' in ''"), "true");
  EXPECT_EQ(eval("'low' in params.map"), "true");
  EXPECT_EQ(eval("'high' in params.map"), "false");
  EXPECT_EQ(eval("1 in 'text'").substr(0, 6), "error:");
  EXPECT_EQ(eval("1 in 2").substr(0, 6), "error:");
}

TEST(Expr, MembersAndIndexes) {
  EXPECT_EQ(eval("params.map.low.x"), "1");
  EXPECT_EQ(eval("params.map['a b']"), "2");
  EXPECT_EQ(eval("params['map']['low'].x"), "1");
  EXPECT_EQ(eval("params.map.list[1]"), "20");
  EXPECT_EQ(eval("params.map[lower('LOW')].x"), "1");
  EXPECT_EQ(eval("params.list[1 + 1]"), "2.5");
  EXPECT_EQ(eval("tasks['a-b'].outputs.rows"), "12");
  EXPECT_EQ(eval("fromJson('{\"a\":[3]}').a[0]"), "3");
  EXPECT_EQ(eval("params.map.high"),
            "error: column 1: there is no member 'high'; default(…, fallback) allows for that");
  EXPECT_EQ(eval("params.list[3]"),
            "error: column 12: there is no item 3; default(…, fallback) allows for that");
  for (const char* text : {"params.list[-1]", "params.list[0.5]", "params.list['a']", "params.n.x",
                           "params.s[0]", "params.none.x", "params.map[0]", "1[0]"}) {
    EXPECT_EQ(eval(text).substr(0, 6), "error:") << text << eval(text);
  }
}

TEST(Expr, OnlyTrueAndFalseAreTruth) {
  for (const char* text : {"1 && true", "true && 1", "!1", "!'a'", "null || true", "1 ? 2 : 3",
                           "'true' && true", "[] || true", "false || 0"}) {
    EXPECT_NE(eval(text).find("takes true or false, not"), std::string::npos) << text;
  }
  EXPECT_EQ(eval("false && 1"), "false");
  EXPECT_EQ(eval("true || 1 / 0 == 1"), "true");
  EXPECT_EQ(eval("true ? 1 : 1 / 0"), "1");
}

TEST(Expr, Functions) {
  EXPECT_EQ(eval("contains([1, 2], 2) && contains('abc', 'bc') && contains(params.map, 'low')"),
            "true");
  EXPECT_EQ(eval("startsWith('abc', 'ab') && !startsWith('abc', 'B') && endsWith('abc', '')"),
            "true");
  EXPECT_EQ(eval("format('{0}-{1}{{{0}}} {2}', 'a', 1.0, [null])"), R"("a-1{a} [null]")");
  EXPECT_EQ(eval("join([1, 'x', true, null]) + join([], 'y') + join(['a', 'b'], '; ')"),
            R"("1,x,true,a; b")");
  EXPECT_EQ(eval("split('a,b,', ',')"), R"(["a","b",""])");
  EXPECT_EQ(eval("split('', '--')"), R"([""])");
  EXPECT_EQ(eval("length('é😀') + length([1]) + length(params.map)"), "6");
  EXPECT_EQ(eval("lower('ÄBc') + upper('äbC')"), R"("Äbcä)"
                                                 "BC\"");
  EXPECT_EQ(eval("toJson([1.0, 'a'])"), R"("[1.0,\"a\"]")");
  EXPECT_EQ(eval("fromJson(toJson(params.map)) == params.map"), "true");
}

TEST(Expr, FunctionsRefuseWhatTheyCannotDo) {
  for (const char* text : {"format('{')",
                           "format('}')",
                           "format('{0}')",
                           "format('{-1}', 1)",
                           "format('{x}', 1)",
                           "format('{}', 1)",
                           "format('{0', 1)",
                           "format('{99999999999999999999}', 1)",
                           "split('a', '')",
                           "fromJson('')",
                           "fromJson('{\"a\":1,\"a\":2}')",
                           "fromJson('[1] 2')",
                           "length(1)",
                           "lower(null)",
                           "join('a')",
                           "join([1], 2)",
                           "startsWith(1, 'a')",
                           "date('x', '%Y')",
                           "date('2023-02-30', '%Y')",
                           "date('2024-01-01', '%Q')",
                           "date('2024-01-01', '%')",
                           "date(1, '%Y')"}) {
    EXPECT_EQ(eval(text).substr(0, 6), "error:") << text << " " << eval(text);
  }
}

TEST(Expr, DefaultIsForWhatIsNullOrMissing) {
  EXPECT_EQ(eval("default(params.none, 1)"), "1");
  EXPECT_EQ(eval("default(params.n, 1)"), "7");
  EXPECT_EQ(eval("default(params.map.high.x, 'f')"), "\"f\"");
  EXPECT_EQ(eval("default(params.list[9], 'f')"), "\"f\"");
  EXPECT_EQ(eval("default(default(params.map.high, params.none), 'f')"), "\"f\"");
  EXPECT_EQ(eval("default(false, true)"), "false");
  EXPECT_EQ(eval("default('', 'x')"), "\"\"");
  EXPECT_EQ(eval("default(params.unknown, 1)"), "unknown");
  EXPECT_EQ(eval("default(1 / 0, 1)").substr(0, 6), "error:");
  EXPECT_EQ(eval("default(params.map.high + 1, 1)").substr(0, 6), "error:");
  EXPECT_EQ(eval("default(lower(params.map.high), 1)").substr(0, 6), "error:");
  EXPECT_EQ(eval("default(params.none, params.map.high)").substr(0, 6), "error:");
  EXPECT_EQ(eval("default(params.map.list[9], 0) + params.map.high").substr(0, 6), "error:");
}

TEST(Expr, Dates) {
  EXPECT_EQ(eval("date('2026-11-22T08:54:03.5+02:00', '%Y-%m-%d %H:%M:%S %j %u %G-W%V %s %%')"),
            "\"2026-11-22 06:54:03 326 7 2026-W47 1795330443 %\"");
  EXPECT_EQ(eval("date('2024-02-29', '%Y/%m/%d %H')"), "\"2024/02/29 00\"");
  EXPECT_EQ(eval("date('2021-01-03', '%G-W%V')"), "\"2020-W53\"");
  EXPECT_EQ(eval("date('2024-12-30', '%G-W%V')"), "\"2025-W01\"");
  EXPECT_EQ(eval("date('1969-12-31T23:59:59Z', '%Y %S %s %u')"), "\"1969 59 -1 3\"");
  EXPECT_EQ(eval("date('0001-01-01', '%Y %j')"), "\"0001 001\"");
  EXPECT_EQ(eval("date('2024-01-01', '')"), "\"\"");
}

TEST(Expr, TheResultOfAnythingIsBounded) {
  for (const char* text :
       {"params.big + params.big", "format('{0}{0}', params.big)", "join([params.big, 1])",
        "toJson(params.big)", "[params.big]", "split(params.big, 'x')",
        "format(join([params.big, ''], ''), 1) + 'x'"}) {
    EXPECT_NE(eval(text).find("larger than 1048576 bytes"), std::string::npos)
        << text << eval(text).substr(0, 80);
  }
  EXPECT_EQ(eval("length(params.big)"), "1048576");
  EXPECT_EQ(eval("params.big == params.big"), "true");
}

TEST(Expr, TheWorkOfOneEvaluationIsBounded) {
  EXPECT_NE(eval("params.big == ''" + repeat("||params.big == ''", 200)).find("too much work"),
            std::string::npos);
  std::string placeholders = "format('" + repeat("{0}", 1200) + "', params.big)";
  EXPECT_NE(eval(placeholders).find("larger than"), std::string::npos);
}

TEST(Expr, ReferencesAreListedWithTheirPlaces) {
  const Expr expr = Expr::parse("params.a + tasks['a-b'].outputs.x[item.i] > length(env.B)")
                        .value();
  std::string out;
  for (const Reference& reference : expr.references()) {
    out += path_text(reference.path) + "@" + std::to_string(reference.offset) + " ";
  }
  EXPECT_EQ(out, "params.a@0 tasks['a-b'].outputs.x@11 item.i@34 env.B@51 ");
  EXPECT_EQ(path_text({"tasks", "it's"}), "tasks['it\\'s']");
}

TEST(Expr, NamesMayStartWithADigitBehindADot) {
  const Expr expr = Expr::parse("tasks.1a.outputs.2 == 1").value();
  EXPECT_EQ(expr.references()[0].path, (ExprPath{"tasks", "1a", "outputs", "2"}));
}

TEST(ToText, IsWhatEnvironmentAndArgumentsGet) {
  EXPECT_EQ(to_text(Json()), "");
  EXPECT_EQ(to_text(Json(false)), "false");
  EXPECT_EQ(to_text(Json(-5)), "-5");
  EXPECT_EQ(to_text(Json(1.0)), "1");
  EXPECT_EQ(to_text(Json(0.1)), "0.1");
  EXPECT_EQ(to_text(Json("a\nb")), "a\nb");
  EXPECT_EQ(to_text(Json(Json::Array{Json(1.0), Json()})), "[1.0,null]");
}

TEST(ExprFunctions, TheTableIsWhole) {
  EXPECT_EQ(expr_functions().size(), 13u);
  for (const ExprFunction& function : expr_functions()) {
    EXPECT_TRUE(function.signature.starts_with(std::string(function.name) + "(")) << function.name;
    EXPECT_TRUE(function.sentence.ends_with('.')) << function.name;
    EXPECT_LE(function.min_arguments, function.max_arguments);
    EXPECT_EQ(find_function(function.name), &function);
    for (std::size_t i = 0; i < function.min_arguments; ++i) EXPECT_NE(function.takes_at(i), 0);
  }
}

}  // namespace
}  // namespace tidemill
