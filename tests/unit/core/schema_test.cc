#include "core/schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/fd.h"
#include "base/json.h"
#include "core/fields.h"
#include "core/finding_rules.h"
#include "tests/support/folders.h"

namespace tidemill {
namespace {

// The page in docs/ is what the table makes today; UPDATE_GOLDEN=1 writes it anew.
void expect_page(const std::string& name, const std::string& made) {
  const std::string path = fmt::format("{}/docs/{}", test::source_folder(), name);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file_atomic(path, made).ok());
  }
  const auto kept = read_file(path, 16u << 20);
  ASSERT_TRUE(kept.ok()) << kept.error().message;
  EXPECT_TRUE(kept.value() == made) << path << " is not what the table of fields makes";
}

TEST(Schema, PagesInDocsAreUpToDate) {
  expect_page("dag.schema.json", dag_schema_json());
  expect_page("alerts.schema.json", alerts_schema_json());
  expect_page("dag-reference.md", dag_reference_markdown());
  expect_page("rules.md", rules_markdown());
}

const Json& at(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* found = &json;
  for (const std::string_view key : path) {
    found = found->find(key);
    CHECK(found != nullptr);
  }
  return *found;
}

TEST(Schema, IsDraft202012AndDescribesEveryField) {
  const auto parsed = parse_json(dag_schema_json());
  ASSERT_TRUE(parsed.ok());
  const Json& schema = parsed.value();
  EXPECT_EQ(at(schema, {"$schema"}).as_string(), "https://json-schema.org/draft/2020-12/schema");
  for (const ObjectSpec* object : all_objects()) {
    const Json& properties = object == &kDagObject
                                 ? at(schema, {"properties"})
                                 : at(schema, {"$defs", object->name, "properties"});
    EXPECT_EQ(properties.as_object().size(), object->fields.size()) << object->name;
    for (const Json::Member& property : properties.as_object()) {
      EXPECT_FALSE(at(property.second, {"description"}).as_string().empty()) << property.first;
    }
  }
}

void collect_references(const Json& json, std::vector<std::string>& out) {
  if (json.is_array()) {
    for (const Json& item : json.as_array()) collect_references(item, out);
  } else if (json.is_object()) {
    for (const auto& [key, value] : json.as_object()) {
      if (key == "$ref") out.push_back(value.as_string());
      collect_references(value, out);
    }
  }
}

TEST(Schema, EveryReferenceLeadsToADefinition) {
  const auto schema = parse_json(dag_schema_json());
  ASSERT_TRUE(schema.ok());
  std::vector<std::string> references;
  collect_references(schema.value(), references);
  EXPECT_GT(references.size(), 10u);
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/$defs/")) << reference;
    EXPECT_NE(at(schema.value(), {"$defs"}).find(reference.substr(8)), nullptr) << reference;
  }
}

TEST(Schema, HoldsDefaultsWordsAndBounds) {
  const auto parsed = parse_json(dag_schema_json());
  ASSERT_TRUE(parsed.ok());
  const Json& priority = at(parsed.value(), {"$defs", "task", "properties", "priority"});
  EXPECT_EQ(at(priority, {"default"}), Json(5));
  EXPECT_EQ(at(priority, {"minimum"}), Json(1));
  EXPECT_EQ(at(priority, {"maximum"}), Json(9));
  const Json& rule = at(parsed.value(), {"$defs", "task", "properties", "trigger_rule", "enum"});
  EXPECT_EQ(rule.as_array().size(), 13u);
  EXPECT_NE(at(parsed.value(), {"$defs", "task", "properties", "foreach"}).find("not"), nullptr);
}

}  // namespace
}  // namespace tidemill
