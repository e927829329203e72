#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace tidemill {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string round_trip(std::string_view text) {
  const auto value = parse_json(text);
  return value ? value->dump() : "error: " + value.error().message;
}

TEST(Json, KeepsOrderAndKindOfWhatItReads) {
  EXPECT_EQ(round_trip(R"( {"b":1,"a":[true,null,-7,1.5,"x"],"c":{}} )"),
            R"({"b":1,"a":[true,null,-7,1.5,"x"],"c":{}})");
  EXPECT_EQ(round_trip("[]"), "[]");
  EXPECT_EQ(round_trip(R"("")"), R"("")");
  EXPECT_EQ(round_trip("12"), "12");
  EXPECT_EQ(round_trip(R"({"":{"":""}})"), R"({"":{"":""}})");
}

TEST(Json, IndentedOutputReadsBackAsTheSameValue) {
  const Json value = parse_json(R"({"a":[1,{"b":[]}],"c":{}})").value();
  EXPECT_EQ(value.dump(true),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n"
            "  \"c\": {}\n}");
  EXPECT_EQ(parse_json(value.dump(true)).value(), value);
}

TEST(Json, RefusesWhatIsNotExactlyOneStrictValue) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "'a'",
                           "nul",
                           "tru",
                           "01",
                           "+1",
                           ".5",
                           "1.",
                           "1e",
                           "--1",
                           "NaN",
                           "Infinity",
                           "[1] x",
                           "1 2",
                           "// c\n1",
                           "/* c */1",
                           "\"\x01\"",
                           "\"a\nb\"",
                           "\"\\x41\"",
                           "[1 2]",
                           "{\"a\" 1}",
                           "\xEF\xBB\xBF"
                           "1",
                           "]",
                           "\"a"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_FALSE(parse_json(std::string_view("1\0", 2)));
  EXPECT_FALSE(parse_json(std::string_view("\"\0\"", 3)));
}

TEST(Json, NamesThePlaceOfAMistake) {
  EXPECT_EQ(parse_json("[1] x").error().message, "not valid JSON at byte 4: text after the value");
  EXPECT_EQ(parse_json("[1").error().message, "not valid JSON at byte 2: the text ends too early");
  EXPECT_NE(parse_json(R"({"a":1,"b":2,"a":3})").error().message.find("\"a\" is there twice"),
            std::string::npos);
}

TEST(Json, RefusesDuplicateKeysAtAnyDepthAndHoweverTheyAreSpelled) {
  EXPECT_FALSE(parse_json(R"([{"x":{"k":1,"k":1}}])"));
  EXPECT_FALSE(parse_json(R"({"k":1,"\u006b":2})"));
  EXPECT_TRUE(parse_json(R"({"k":1,"K":2,"o":{"k":1}})"));
}

TEST(Json, BoundsDepth) {
  EXPECT_TRUE(parse_json(nested(64)));
  EXPECT_FALSE(parse_json(nested(65)));
  EXPECT_NE(parse_json(nested(10'000)).error().message.find("deeper than 64"), std::string::npos);
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse_json(objects));
}

TEST(Json, RefusesTextThatIsNotUnicode) {
  for (const char* text :
       {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800x")", "\"\xff\"",
        "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_EQ(parse_json(R"("\ud83d\ude00\u00e9")").value().as_string(), "\xF0\x9F\x98\x80\xC3\xA9");
  EXPECT_EQ(parse_json(R"("\u0000")").value().as_string(), std::string(1, '\0'));
}

TEST(Json, IntegersStayIntegersUpToTheLastOne) {
  EXPECT_EQ(parse_json("9223372036854775807").value().as_int(), INT64_MAX);
  EXPECT_EQ(parse_json("-9223372036854775808").value().as_int(), INT64_MIN);
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "18446744073709551615",
                           "18446744073709551616", "123456789012345678901234567890"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_EQ(round_trip("-0"), "0");
  EXPECT_EQ(round_trip("-0.0"), "-0.0");
}

TEST(Json, RefusesDoublesThatWouldChange) {
  for (const char* text : {"1e400", "-1e400", "1e-400", "1e99999999999", "1e-99999999999"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_EQ(parse_json("1.7976931348623157e308").value().as_double(),
            std::numeric_limits<double>::max());
  EXPECT_EQ(parse_json("5e-324").value().as_double(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_json("0e999999").value().as_double(), 0.0);
}

TEST(Json, DoublesPrintShortAndReadBackExactly) {
  EXPECT_EQ(Json(1.0).dump(), "1.0");
  EXPECT_EQ(Json(0.1).dump(), "0.1");
  EXPECT_EQ(Json(100000.0).dump(), "100000.0");
  EXPECT_EQ(Json(1e21).dump(), "1e+21");
  EXPECT_EQ(Json(1e-7).dump(), "1e-07");
  EXPECT_EQ(Json(-0.0).dump(), "-0.0");
  EXPECT_EQ(Json(NAN).dump(), "null");
  EXPECT_EQ(Json(-INFINITY).dump(), "null");
  EXPECT_EQ(shortest(1.0), "1");
  EXPECT_EQ(shortest(123456789012345680000.0), "123456789012345683968");
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    double value;
    const std::uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const auto read = parse_json(Json(value).dump());
    ASSERT_TRUE(read) << Json(value).dump();
    ASSERT_EQ(read->kind(), Json::Kind::number);
    const double back = read->as_double();
    ASSERT_EQ(std::memcmp(&back, &value, sizeof value), 0) << Json(value).dump();
  }
}

TEST(Json, NumbersCompareByExactValue) {
  const std::int64_t two53 = std::int64_t{1} << 53;
  EXPECT_EQ(Json(1), Json(1.0));
  EXPECT_EQ(Json(0), Json(-0.0));
  EXPECT_NE(Json(two53 + 1), Json(static_cast<double>(two53)));
  EXPECT_NE(Json(INT64_MAX), Json(9223372036854775808.0));
  EXPECT_EQ(Json(INT64_MIN), Json(-9223372036854775808.0));
  EXPECT_TRUE(compare_numbers(Json(INT64_MAX), Json(9223372036854775808.0)) < 0);
  EXPECT_TRUE(compare_numbers(Json(-1e300), Json(INT64_MIN)) < 0);
  EXPECT_TRUE(compare_numbers(Json(2), Json(1.5)) > 0);
  EXPECT_TRUE(compare_numbers(Json(-2), Json(-1.5)) < 0);
  EXPECT_TRUE(compare_numbers(Json(-1), Json(-1.5)) > 0);
  EXPECT_NE(Json(1), Json(true));
  EXPECT_NE(Json("1"), Json(1));
}

TEST(Json, ObjectsCompareWithoutOrderArraysWithIt) {
  EXPECT_EQ(parse_json(R"({"a":1,"b":[1,2]})").value(),
            parse_json(R"({"b":[1,2.0],"a":1})").value());
  EXPECT_NE(parse_json(R"({"a":1})").value(), parse_json(R"({"a":1,"b":1})").value());
  EXPECT_NE(parse_json(R"({"a":1})").value(), parse_json(R"({"b":1})").value());
  EXPECT_NE(parse_json("[1,2]").value(), parse_json("[2,1]").value());
}

TEST(Json, LargeObjectsAreNotQuadratic) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"" + std::to_string(i) + "\":1,";
  text.back() = '}';
  const Json value = parse_json(text).value();
  EXPECT_EQ(value, parse_json(text).value());
}

TEST(Json, SetAppendsThenReplaces) {
  Json value;
  value.set("a", 1);
  value.set("b", "x");
  value.set("a", Json::Array{Json(true)});
  EXPECT_EQ(value.dump(), R"({"a":[true],"b":"x"})");
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(Json(1).find("a"), nullptr);
}

TEST(Json, StringsAreEscapedAndAlwaysUnicode) {
  EXPECT_EQ(Json(std::string("a\"\\\n\r\t\x01\x1f\x7f/\xC3\xA9", 12)).dump(),
            "\"a\\\"\\\\\\n\\r\\t\\u0001\\u001f\x7f/\xC3\xA9\"");
  EXPECT_EQ(Json(std::string(1, '\0')).dump(), "\"\\u0000\"");
  EXPECT_EQ(Json("a\xff"
                 "b\xe2\x82")
                .dump(),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD\"");
  for (int c = 0; c < 256; ++c) {
    const Json value(std::string(3, static_cast<char>(c)));
    ASSERT_TRUE(parse_json(value.dump())) << c;
  }
}

TEST(Json, APointerDoesNotBecomeTrue) {
  static_assert(!std::is_convertible_v<int*, Json>);
  EXPECT_TRUE(Json("x").is_string());
  EXPECT_TRUE(Json(true).is_bool());
}

TEST(JsonDeathTest, TheWrongKindIsABug) {
  EXPECT_DEATH((void)Json(1).as_string(), "CHECK failed");
  EXPECT_DEATH((void)Json("x").as_double(), "CHECK failed");
}

}  // namespace
}  // namespace tidemill
