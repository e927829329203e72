#include "core/fields.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/yaml.h"
#include "core/fields_check.h"
#include "core/fields_plain.h"
#include "core/foreign_keys.h"

namespace tidemill {
namespace {

std::vector<Finding> check(std::string_view text, const ObjectSpec& object) {
  const YamlDocument document = parse_yaml(text);
  EXPECT_TRUE(document.problems.empty()) << text;
  FindingSink findings;
  check_object(document.root, object, "", findings);
  return findings.take();
}

std::string first_message(std::string_view text, const ObjectSpec& object) {
  const auto findings = check(text, object);
  return findings.empty() ? "" : findings[0].rule + " " + findings[0].message;
}

TEST(Fields, EveryFieldSaysWhatItIs) {
  for (const ObjectSpec* object : all_objects()) {
    for (const Field& field : object->fields) {
      const std::string where = std::string(object->name) + "." + std::string(field.key);
      if (!field.not_yet.empty()) continue;
      EXPECT_TRUE(field.description.ends_with('.')) << where;
      EXPECT_TRUE(parse_json(field.example).ok()) << where << " " << field.example;
      EXPECT_TRUE(field.fallback.empty() || parse_json(field.fallback).ok()) << where;
      EXPECT_TRUE(field.kind != FieldKind::word || !field.words.empty()) << where;
      EXPECT_TRUE(field.kind != FieldKind::object || field.object != nullptr) << where;
    }
  }
}

// JSON is YAML, so examples and defaults can go through the checks of the same table.
TEST(Fields, EveryExampleAndDefaultPassesItsOwnCheck) {
  for (const ObjectSpec* object : all_objects()) {
    for (const Field& field : object->fields) {
      for (const std::string_view value : {field.example, field.fallback}) {
        if (value.empty()) continue;
        const std::string text = "{" + std::string(field.key) + ": " + std::string(value) + "}";
        for (const Finding& finding : check(text, *object)) {
          EXPECT_EQ(finding.rule, "TM033")
              << object->name << ": " << text << ": " << finding.message;
        }
      }
    }
  }
}

TEST(Fields, KeysOfAnObjectAreUniqueAndAliasesLeadSomewhere) {
  for (const ObjectSpec* object : all_objects()) {
    for (const Field& field : object->fields) {
      EXPECT_EQ(object->find(field.key), &field) << object->name << "." << field.key;
      EXPECT_TRUE(field.same_as.empty() || object->find(field.same_as) != nullptr) << field.key;
    }
  }
}

TEST(Fields, MessagesNameThePlaceTheValueAndTheWayOut) {
  EXPECT_EQ(first_message("{limit: many}", kRetryObject),
            "TM031 limit is many, but must be a whole number");
  EXPECT_EQ(first_message("{on: {}}", kRetryObject),
            "TM031 on is a map, but must be a word, or a list of words");
  EXPECT_EQ(first_message("{jitter: 2}", kRetryObject), "TM035 jitter is 2, but must be at most 1");
  EXPECT_EQ(first_message("{backof: 2}", kRetryObject), "TM030 unknown key \"backof\"");
  EXPECT_EQ(check("{backof: 2}", kRetryObject)[0].hint, "did you mean \"backoff\"?");
}

TEST(Fields, WordsOfOthersLeadToOurs) {
  EXPECT_EQ(check("{maxAttempts: 2}", kRetryObject)[0].hint,
            "limit counts retries: limit: 2 is three attempts at most");
  EXPECT_EQ(check("{wait_for: {file: x}, run: y}", kTaskObject)[0].hint,
            "write uses: wait_for, with: {file: data/ready}");
  EXPECT_TRUE(check("{wait_for: {file: x}}", kDefaultsObject)[0].hint.starts_with("possible here"))
      << "has no uses";
}

TEST(Fields, EveryWordOfOthersIsNoneOfOursAndItsHintIsGoodHere) {
  for (const ForeignKey& known : foreign_keys()) {
    const auto objects = all_objects();
    const auto object = std::find_if(
        objects.begin(), objects.end(),
        [&known](const ObjectSpec* one) { return one->name == known.object; });
    ASSERT_NE(object, objects.end()) << known.object;
    EXPECT_EQ((*object)->find(known.key), nullptr) << known.object << "." << known.key;
    if (!known.instead.empty()) {
      EXPECT_NE((*object)->find(known.instead), nullptr) << known.key << ": " << known.instead;
    }
  }
}

TEST(Fields, NumbersMayHaveAnExponentWhereANumberIsMeant) {
  EXPECT_EQ(first_message("{backoff: 1e1}", kRetryObject), "");
  EXPECT_EQ(first_message("{backoff: 1.5}", kRetryObject), "");
  EXPECT_EQ(first_message("{limit: 1e1}", kRetryObject),
            "TM032 limit must be a whole number, but 1e1 is read as 10");
}

struct Reading {
  std::string_view text;
  PlainReading::Kind kind;
  std::string_view read_as;
};

TEST(Fields, PlainScalarsAreReadAsYamlReadersDo) {
  using Kind = PlainReading::Kind;
  const Reading table[] = {
      {"abc", Kind::text, ""},
      {"nope", Kind::text, ""},
      {"y", Kind::text, ""},
      {"tRue", Kind::text, ""},
      {"1.2.3", Kind::text, ""},
      {"2026-11-22", Kind::text, ""},
      {"03:00", Kind::text, ""},
      {"10:99", Kind::text, ""},
      {"-", Kind::text, ""},
      {"+", Kind::text, ""},
      {".", Kind::text, ""},
      {"0x", Kind::text, ""},
      {"1e", Kind::text, ""},
      {"30s", Kind::text, ""},
      {"_1", Kind::text, ""},
      {"true", Kind::boolean, "true"},
      {"True", Kind::boolean, "true"},
      {"FALSE", Kind::boolean, "false"},
      {"no", Kind::ambiguous, "false"},
      {"NO", Kind::ambiguous, "false"},
      {"off", Kind::ambiguous, "false"},
      {"On", Kind::ambiguous, "true"},
      {"yes", Kind::ambiguous, "true"},
      {"0", Kind::integer, "0"},
      {"-7", Kind::integer, "-7"},
      {"42", Kind::integer, "42"},
      {"+42", Kind::ambiguous, "+42"},
      {"010", Kind::ambiguous, "8 or 10"},
      {"007", Kind::ambiguous, "7"},
      {"089", Kind::ambiguous, "89"},
      {"0x1F", Kind::ambiguous, "31"},
      {"0o17", Kind::ambiguous, "15"},
      {"0b101", Kind::ambiguous, "5"},
      {"1_000", Kind::ambiguous, "1000"},
      {"12:30:45", Kind::ambiguous, "45045 (base 60)"},
      {"12:30", Kind::ambiguous, "750 (base 60)"},
      {"0.75", Kind::number, "0.75"},
      {"-1.5", Kind::number, "-1.5"},
      {".5", Kind::ambiguous, "0.5"},
      {"5.", Kind::ambiguous, "5"},
      {"1e3", Kind::ambiguous, "1000"},
      {"1.5E-3", Kind::ambiguous, "0.0015"},
      {"1e999", Kind::ambiguous, "a number too large"},
      {".inf", Kind::ambiguous, "inf"},
      {"-.INF", Kind::ambiguous, "inf"},
      {".nan", Kind::ambiguous, "nan"},
  };
  for (const Reading& expected : table) {
    const PlainReading reading = read_plain(expected.text);
    EXPECT_EQ(static_cast<int>(reading.kind), static_cast<int>(expected.kind)) << expected.text;
    EXPECT_EQ(reading.read_as, expected.read_as) << expected.text;
  }
}

}  // namespace
}  // namespace tidemill
