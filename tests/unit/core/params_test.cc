#include "core/params.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tidemill {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

ParamSpec spec(std::string name, ParamType type, std::optional<Json> fallback = std::nullopt) {
  ParamSpec made;
  made.name = std::move(name);
  made.type = type;
  made.default_value = std::move(fallback);
  return made;
}

Dag dag_with(std::vector<ParamSpec> params) {
  Dag dag;
  dag.params = std::move(params);
  return dag;
}

std::string problems_of(const BoundParams& bound) {
  std::string out;
  for (const ParamProblem& problem : bound.problems) {
    out += problem.name + " " + problem.message + "\n";
  }
  return out;
}

// What one text becomes under a declaration: JSON, or the problem.
std::string bind_one(ParamSpec declared, const std::string& text) {
  const std::string name = declared.name;
  const BoundParams bound = bind_params(dag_with({std::move(declared)}), Given{{name, text}});
  return bound.problems.empty() ? Json(bound.values).dump() : problems_of(bound);
}

TEST(BindParams, FillsDefaultsInDeclarationOrder) {
  const Dag dag = dag_with({spec("a", ParamType::integer, Json(1)), spec("b", ParamType::string),
                            spec("c", ParamType::boolean, Json(false))});
  const BoundParams bound = bind_params(dag, Given{{"c", "true"}});
  EXPECT_EQ(problems_of(bound), "");
  EXPECT_EQ(Json(bound.values).dump(), R"({"a":1,"b":null,"c":true})");
}

TEST(BindParams, ReportsEveryProblemAtOnce) {
  ParamSpec needed = spec("needed", ParamType::date);
  needed.required = true;
  const Dag dag = dag_with({needed, spec("count", ParamType::integer, Json(1)),
                            spec("floor", ParamType::number, Json(0.5))});
  const BoundParams bound = bind_params(
      dag, Given{{"coutn", "1"}, {"count", "x"}, {"floor", "0.1"}, {"floor", "0.2"}, {"zzz", "1"}});
  EXPECT_EQ(problems_of(bound),
            "coutn is no parameter of this dag; did you mean 'count'?\n"
            "count must be an integer of 64 bits, not the string \"x\"\n"
            "floor is given twice\n"
            "zzz is no parameter of this dag\n"
            "needed is required (date)\n");
  EXPECT_TRUE(bound.values.empty());
}

TEST(BindParams, TextsArriveAsLiteralBytes) {
  for (const char* text : {"$(id)", "`id`", "; rm x", "'; --", "{{7*7}}", "${X}", "%n", "${{ 1 }}",
                           "@file", "-rf", "--flag", "a\nb", "", " padded ", "null", "1", "[1]"}) {
    const BoundParams bound = bind_params(dag_with({spec("p", ParamType::string)}),
                                          Given{{"p", text}});
    ASSERT_TRUE(bound.problems.empty()) << text;
    EXPECT_EQ(bound.values[0].second.as_string(), text);
    EXPECT_EQ(param_environment(bound.values)[0].second, text);
  }
}

TEST(BindParams, RefusesBytesThatCannotReachATask) {
  const std::string nul("a\0b", 3);
  EXPECT_EQ(bind_one(spec("p", ParamType::string), nul), "p must not hold a NUL byte\n");
  EXPECT_EQ(bind_one(spec("p", ParamType::string), "a\xff"),
            "p must be valid UTF-8; byte 1 is not\n");
  EXPECT_EQ(bind_one(spec("p", ParamType::object), R"({"a":["\u0000"]})"),
            "p must not hold a NUL byte\n");
  EXPECT_EQ(bind_one(spec("p", ParamType::object), R"({"\u0000":1})"),
            "p must not hold a NUL byte\n");
}

TEST(BindParams, RefusesValuesThatNoEnvironmentHolds) {
  const std::string most(kMaxParamBytes, 'x');
  EXPECT_EQ(bind_one(spec("p", ParamType::string), most).size(), kMaxParamBytes + 8);
  EXPECT_NE(bind_one(spec("p", ParamType::string), most + "x").find("pass the name of a file"),
            std::string::npos);
  EXPECT_NE(bind_one(spec("p", ParamType::string), std::string(1u << 20, 'x')).find("1 MiB long"),
            std::string::npos);
}

TEST(BindParams, IntegersAreExact) {
  const auto integer = [](const std::string& text) {
    return bind_one(spec("n", ParamType::integer), text);
  };
  EXPECT_EQ(integer("9223372036854775807"), R"({"n":9223372036854775807})");
  EXPECT_EQ(integer("-9223372036854775808"), R"({"n":-9223372036854775808})");
  EXPECT_EQ(integer("-0"), R"({"n":0})");
  for (const char* text : {"9223372036854775808", "1e400", "1.0", "1e3", "010", "+1", " 1", "1 ",
                           "", "x", "true", "null", "\"1\"", "[1]", "0x10", "1_000"}) {
    EXPECT_TRUE(integer(text).starts_with("n must be an integer of 64 bits, not ")) << text;
  }
}

TEST(BindParams, NumbersAreFinite) {
  const auto number = [](const std::string& text) {
    return bind_one(spec("n", ParamType::number), text);
  };
  EXPECT_EQ(number("0.75"), R"({"n":0.75})");
  EXPECT_EQ(number("3"), R"({"n":3})");
  EXPECT_EQ(number("1e3"), R"({"n":1000.0})");
  for (const char* text : {"1e400", "1e-400", "nan", "inf", "1,5", "", ".5", "false"}) {
    EXPECT_TRUE(number(text).starts_with("n must be a number, not ")) << text;
  }
}

TEST(BindParams, BooleansAreTwoWords) {
  EXPECT_EQ(bind_one(spec("b", ParamType::boolean), "true"), R"({"b":true})");
  EXPECT_EQ(bind_one(spec("b", ParamType::boolean), "false"), R"({"b":false})");
  for (const char* text : {"True", "yes", "1", "on", "", "no"}) {
    EXPECT_TRUE(
        bind_one(spec("b", ParamType::boolean), text).starts_with("b must be true or false"))
        << text;
  }
}

TEST(BindParams, DatesExist) {
  EXPECT_EQ(bind_one(spec("d", ParamType::date), "2024-02-29"), R"({"d":"2024-02-29"})");
  for (const char* text : {"2023-02-30", "2023-02-29", "2023-13-01", "23-01-01", "2023-1-1",
                           "2023-01-01T00:00:00Z", "0000-01-01", "", "today"}) {
    EXPECT_TRUE(bind_one(spec("d", ParamType::date), text).starts_with("d must be a date")) << text;
  }
  EXPECT_EQ(bind_one(spec("t", ParamType::datetime), "2023-01-01T00:00:00+02:00"),
            R"({"t":"2023-01-01T00:00:00+02:00"})");
  for (const char* text : {"2023-01-01", "2023-02-30T00:00:00Z", "2023-01-01T00:00:00", "now"}) {
    EXPECT_TRUE(bind_one(spec("t", ParamType::datetime), text).starts_with("t must be a time"))
        << text;
  }
  EXPECT_EQ(bind_one(spec("w", ParamType::duration), "15m"), R"({"w":"15m"})");
  for (const char* text : {"5 bananas", "-1s", "1e30s", "15", "", "1.5h"}) {
    EXPECT_TRUE(bind_one(spec("w", ParamType::duration), text).starts_with("w must be a duration"))
        << text;
  }
}

TEST(BindParams, ArraysAreJsonOrForStringsAList) {
  ParamSpec strings = spec("s", ParamType::array);
  strings.items = ParamType::string;
  EXPECT_EQ(bind_one(strings, "a,b,,c d"), R"({"s":["a","b","","c d"]})");
  EXPECT_EQ(bind_one(strings, ""), R"({"s":[]})");
  EXPECT_EQ(bind_one(strings, R"(["a,b"])"), R"({"s":["a,b"]})");
  EXPECT_EQ(bind_one(strings, "[1]"), "s must be a string, not 1 (item 1)\n");
  ParamSpec integers = spec("n", ParamType::array);
  integers.items = ParamType::integer;
  EXPECT_EQ(bind_one(integers, "[1,2]"), R"({"n":[1,2]})");
  EXPECT_EQ(bind_one(integers, "[1,2.5]"), "n must be an integer of 64 bits, not 2.5 (item 2)\n");
  EXPECT_TRUE(bind_one(integers, "1,2").starts_with("n must be an array as JSON; not valid JSON"));
  EXPECT_EQ(bind_one(integers, "{}"), "n must be an array, not an object {}\n");
}

TEST(BindParams, ObjectsAreStrictJson) {
  EXPECT_EQ(bind_one(spec("o", ParamType::object), R"({"a":{"b":1}})"), R"({"o":{"a":{"b":1}}})");
  for (const std::string& text :
       {std::string(R"({"a":1,"a":2})"), std::string(R"({"a":"\ud800"})"), std::string("{"),
        std::string(10'000, '[') + std::string(10'000, ']')}) {
    EXPECT_TRUE(
        bind_one(spec("o", ParamType::object), text).starts_with("o must be an object as JSON"));
  }
}

TEST(BindParams, FromJsonTypesMustMatch) {
  const Dag dag = dag_with({spec("n", ParamType::integer, Json(1)), spec("s", ParamType::string)});
  EXPECT_EQ(problems_of(bind_params(dag, parse_json(R"({"n":"1","s":2})").value())),
            "n must be an integer of 64 bits, not the string \"1\"\n"
            "s must be a string, not 2\n");
  EXPECT_EQ(problems_of(bind_params(dag, parse_json("[]").value())),
            "params must be an object of name and value\n");
  EXPECT_EQ(Json(bind_params(dag, parse_json(R"({"s":null})").value()).values).dump(),
            R"({"n":1,"s":null})");
  EXPECT_EQ(problems_of(bind_params(dag, parse_json(R"({"n":null})").value())),
            "n must be an integer of 64 bits, not null\n");
  Json twice = Json(Json::Object{{"n", Json(1)}, {"n", Json(2)}});
  EXPECT_EQ(problems_of(bind_params(dag, twice)), "n is given twice\n");
}

TEST(CheckParam, Bounds) {
  ParamSpec ratio = spec("r", ParamType::number);
  ratio.minimum = 0;
  ratio.maximum = 1;
  EXPECT_EQ(check_param(ratio, Json(0)), "");
  EXPECT_EQ(check_param(ratio, Json(1.0)), "");
  EXPECT_EQ(check_param(ratio, Json(-1)), "must be at least 0, not -1");
  EXPECT_EQ(check_param(ratio, Json(1.5)), "must be at most 1, not 1.5");
  ParamSpec integer = spec("i", ParamType::integer);
  integer.maximum = 9007199254740992.0;
  EXPECT_NE(check_param(integer, Json((std::int64_t{1} << 53) + 1)), "");
}

TEST(CheckParam, LengthsCountCodePoints) {
  ParamSpec text = spec("t", ParamType::string);
  text.min_length = 2;
  text.max_length = 3;
  EXPECT_EQ(check_param(text, Json("éé😀")), "");
  EXPECT_EQ(check_param(text, Json("é")), "must have at least 2 characters, not 1");
  EXPECT_EQ(check_param(text, Json("abcd")), "must have at most 3 characters, not 4");
  ParamSpec list = spec("l", ParamType::array);
  list.max_length = 1;
  EXPECT_EQ(check_param(list, Json(Json::Array{Json(1), Json(2)})),
            "must have at most 1 item, not 2");
}

TEST(CheckParam, PatternsAndChoices) {
  ParamSpec text = spec("t", ParamType::string);
  text.pattern = "eu-*-?";
  EXPECT_EQ(check_param(text, Json("eu-west-é")), "");
  EXPECT_EQ(check_param(text, Json("us-west-1")),
            "must be like 'eu-*-?', not the string \"us-west-1\"");
  ParamSpec level = spec("l", ParamType::array);
  level.items = ParamType::string;
  level.allowed = {Json("low"), Json("high")};
  EXPECT_EQ(check_param(level, Json(Json::Array{Json("low"), Json("low")})), "");
  EXPECT_EQ(check_param(level, Json(Json::Array{Json("low"), Json("mid")})),
            "must be one of low, high, not the string \"mid\" (item 2)");
}

TEST(CheckParam, ASecretIsNeverShown) {
  ParamSpec secret = spec("s", ParamType::secret);
  secret.max_length = 3;
  secret.allowed = {Json("abc")};
  for (const Json& value : {Json("hunter2"), Json("xyz"), Json(4711), Json(std::string("hu\0r", 4)),
                            Json(Json::Array{Json("hunter2")})}) {
    const std::string problem = check_param(secret, value);
    EXPECT_NE(problem, "");
    for (const char* part : {"hunter2", "xyz", "4711"}) {
      EXPECT_EQ(problem.find(part), std::string::npos) << problem;
    }
  }
}

TEST(ParamEnvironment, NamesCannotBecomeOtherVariables) {
  const auto variables = param_environment({{"min_accuracy", Json(0.75)},
                                            {"path", Json("x")},
                                            {"ld-preload=x y", Json(true)},
                                            {"none", Json()},
                                            {"list", Json(Json::Array{Json("a"), Json(1)})}});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"TIDEMILL_PARAM_MIN_ACCURACY", "0.75"},
      {"TIDEMILL_PARAM_PATH", "x"},
      {"TIDEMILL_PARAM_LD_PRELOAD_X_Y", "true"},
      {"TIDEMILL_PARAM_NONE", ""},
      {"TIDEMILL_PARAM_LIST", "[\"a\",1]"}};
  EXPECT_EQ(variables, expected);
}

}  // namespace
}  // namespace tidemill
