#include <gtest/gtest.h>

#include "core/expr.h"

namespace tidemill {
namespace {

std::optional<Json> lookup(const ExprPath& path) {
  const std::string name = path_text(path);
  if (name == "params.floor") return Json(0.75);
  if (name == "params.name") return Json("a b");
  if (name == "params.evil") return Json("${{ params.evil }} $(id) `x` {{7*7}} %n");
  if (name == "params.list") return Json(Json::Array{Json(1), Json("x")});
  if (name == "params.big") return Json(std::string(300'000, 'x'));
  return std::nullopt;
}

std::string render(std::string_view text) {
  const auto parsed = Template::parse(text);
  if (!parsed) return "error: " + parsed.error().message;
  const auto out = parsed->render(lookup);
  return out ? *out : "error: " + out.error().message;
}

TEST(Template, PutsValuesBetweenText) {
  EXPECT_EQ(render("--floor=${{ params.floor }}!"), "--floor=0.75!");
  EXPECT_EQ(render("${{params.name}}${{ params.list }}"), "a b[1,\"x\"]");
  EXPECT_EQ(render("${{ null }}|${{ true }}|${{ 1.0 }}"), "|true|1");
}

TEST(Template, PlainTextIsLiteral) {
  for (const char* text : {"", "plain", "$", "${", "${x}", "$(id)", "{{ x }}", "}}", "$ {{ x }}"}) {
    const Template parsed = Template::parse(text).value();
    EXPECT_TRUE(parsed.is_literal()) << text;
    EXPECT_EQ(render(text), text);
  }
}

TEST(Template, EscapeWritesALiteralOpening) {
  EXPECT_EQ(render("$${{ x }}"), "${{ x }}");
  EXPECT_EQ(render("a$${{b}} ${{ 1 }}"), "a${{b}} 1");
  EXPECT_EQ(render("$$${{ 1 }}"), "$${{ 1 }}");
  EXPECT_FALSE(Template::parse("$${{ x }}")->is_literal());
  EXPECT_EQ(render("${{ 1 }}${{ 2 }}$"), "12$");
}

TEST(Template, QuotesMayHoldTheClosing) {
  EXPECT_EQ(render("${{ '}}' }}"), "}}");
  EXPECT_EQ(render("${{ \"a}}'b\" }}c"), "a}}'bc");
  EXPECT_EQ(render(R"(${{ 'it\'s }}' }})"), "it's }}");
}

TEST(Template, NamesTheColumnOfAMistake) {
  EXPECT_EQ(render("ab ${{ 1"),
            "error: column 4: '${{' is never closed by '}}'; a literal one is written '$${{'");
  EXPECT_EQ(render("é ${{ }}"), "error: column 7: the expression is empty");
  EXPECT_EQ(render("é ${{ 1 + }}"),
            "error: column 11: the expression ends where a value is missing");
  EXPECT_EQ(render("${{ 'a }}").substr(0, 16), "error: column 1:");
  EXPECT_EQ(render("${{ ${{ 1 }} }}"), "error: column 5: unexpected '$'");
}

TEST(Template, AValueIsNeverExpandedAgain) {
  EXPECT_EQ(render("${{ params.evil }}"), "${{ params.evil }} $(id) `x` {{7*7}} %n");
}

TEST(Template, OneExpressionKeepsItsType) {
  const auto value = [](std::string_view text) {
    return Template::parse(text)->value(lookup).value().dump();
  };
  EXPECT_EQ(value("${{ params.list }}"), "[1,\"x\"]");
  EXPECT_EQ(value("${{ 1 + 1 }}"), "2");
  EXPECT_EQ(value(" ${{ 1 }}"), "\" 1\"");
  EXPECT_EQ(value("${{ 1 }}${{ 2 }}"), "\"12\"");
  EXPECT_EQ(value("plain"), "\"plain\"");
  EXPECT_EQ(value("$${{"), "\"${{\"");
}

TEST(Template, ANameThatIsNotKnownIsAnErrorNotAnEmptyText) {
  EXPECT_EQ(render("x${{ params.nope }}"), "error: the value of 'params.nope' is not known");
}

TEST(Template, ExpansionIsBounded) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += "${{ params.big }}";
  EXPECT_EQ(render(text), "error: the text becomes larger than 1048576 bytes");
  std::string many;
  for (int i = 0; i < 256; ++i) many += "${{ 1 }}";
  EXPECT_EQ(render(many), std::string(256, '1'));
  EXPECT_NE(render(many + "${{ 1 }}").find("more than 256 expressions"), std::string::npos);
}

TEST(Template, WorkIsBoundedOverAllParts) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "${{ length(upper(lower(params.big))) }}";
  EXPECT_NE(render(text).find("too much work"), std::string::npos);
}

TEST(Template, ProblemsPointIntoTheWholeText) {
  const ExprScope scope{[](const ExprPath& path) -> std::optional<ExprType> {
                          if (path_text(path) == "params.floor") return ExprType::number;
                          return std::nullopt;
                        },
                        [] { return std::vector<std::string>{"params.floor"}; }};
  const auto problems = check_template(
      Template::parse("a ${{ params.floor }} ${{ params.flor }}").value(), scope);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].offset, 26u);
  EXPECT_EQ(problems[0].hint, "did you mean 'params.floor'?");
}

}  // namespace
}  // namespace tidemill
