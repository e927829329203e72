#include "core/schema.h"

#include <fmt/format.h>

#include <cmath>

#include "base/check.h"
#include "base/json.h"
#include "core/alert/policies_fields.h"
#include "core/fields.h"

namespace tidemill {
namespace {

Json schema_of(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

Json from_json(std::string_view text) {
  auto value = parse_json(text);
  CHECK(value.ok());
  return std::move(value).value();
}

Json bound(double value) {
  const bool whole = std::floor(value) == value;
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json words_of(const Field& field) {
  Json::Array words;
  for (const std::string_view word : field.words) words.emplace_back(word);
  return Json(std::move(words));
}

Json text_schema(const Field& field) {
  Json schema = schema_of({{"type", "string"}});
  if (!field.pattern.empty()) schema.set("pattern", field.pattern);
  return schema;
}

Json number_schema(const Field& field, std::string_view type) {
  Json schema = schema_of({{"type", type}});
  if (std::isfinite(field.minimum)) schema.set("minimum", bound(field.minimum));
  if (std::isfinite(field.maximum)) schema.set("maximum", bound(field.maximum));
  return schema;
}

Json reference_to(const ObjectSpec& object) {
  return schema_of({{"$ref", fmt::format("#/$defs/{}", object.name)}});
}

// Of one value, whatever shapes the field allows.
Json one_value(const Field& field) {
  switch (field.kind) {
    case FieldKind::text:
      return text_schema(field);
    case FieldKind::scalar:
      return schema_of({{"type", Json(Json::Array{"string", "number", "boolean"})}});
    case FieldKind::integer:
      return number_schema(field, "integer");
    case FieldKind::number:
      return number_schema(field, "number");
    case FieldKind::boolean:
      return schema_of({{"type", "boolean"}});
    case FieldKind::duration:
      return schema_of({{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}});
    case FieldKind::size:
      return schema_of(
          {{"type", Json(Json::Array{"string", "integer"})}, {"pattern", "^[0-9]+([KMGT]i?B)?$"}});
    case FieldKind::word:
      return schema_of({{"enum", words_of(field)}});
    case FieldKind::object:
      return reference_to(*field.object);
    case FieldKind::any:
      return Json(Json::Object());
  }
  UNREACHABLE();
}

Json short_text(const Field& field) {
  return field.words.empty() ? schema_of({{"type", "string"}})
                             : schema_of({{"enum", words_of(field)}});
}

Json names_of(const Field& field) {
  if (field.key == "tasks") return schema_of({{"pattern", "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"}});
  const bool variable = field.key == "env" || field.key == "secrets";
  return schema_of(
      {{"pattern", variable ? "^[A-Za-z_][A-Za-z0-9_]*$" : "^[A-Za-z_][A-Za-z0-9_./-]{0,63}$"}});
}

Json any_of(Json::Array shapes) {
  if (shapes.size() == 1) return std::move(shapes[0]);
  return schema_of({{"anyOf", Json(std::move(shapes))}});
}

// Every shape that the field allows.
Json shapes_of(const Field& field) {
  Json::Array shapes;
  const bool has_short = (field.shape & kShortText) != 0;
  if (has_short) shapes.push_back(short_text(field));
  if (field.shape & kOne) shapes.push_back(one_value(field));
  if (field.shape & kList) {
    Json item = has_short ? any_of({short_text(field), one_value(field)}) : one_value(field);
    shapes.push_back(schema_of({{"type", "array"}, {"items", std::move(item)}}));
  }
  if (field.shape & kMap) {
    Json map = schema_of({{"type", "object"},
                          {"propertyNames", names_of(field)},
                          {"additionalProperties", one_value(field)}});
    if (field.key == "tasks") map.set("minProperties", 1);
    shapes.push_back(std::move(map));
  }
  return any_of(std::move(shapes));
}

Json field_schema(const Field& field) {
  if (!field.not_yet.empty()) {
    return schema_of({{"not", Json(Json::Object())},
                      {"description", fmt::format("Not supported yet: {}.", field.not_yet)}});
  }
  const bool anything = field.kind == FieldKind::any && field.shape == kOne;
  Json schema = anything ? Json(Json::Object()) : shapes_of(field);
  if (anything && field.object != nullptr) schema = reference_to(*field.object);
  if (field.key == "with") {
    schema = any_of({reference_to(kWaitObject), reference_to(kApprovalObject)});
  }
  schema.set("description", field.description);
  if (!field.fallback.empty()) schema.set("default", from_json(field.fallback));
  if (!field.example.empty()) schema.set("examples", Json(Json::Array{from_json(field.example)}));
  return schema;
}

Json requires_one(std::initializer_list<std::string_view> keys) {
  Json::Array choices;
  for (const std::string_view key : keys) {
    choices.push_back(schema_of({{"required", Json(Json::Array{Json(key)})}}));
  }
  return Json(std::move(choices));
}

Json object_schema(const ObjectSpec& object) {
  Json properties{Json::Object()};
  Json::Array required;
  for (const Field& field : object.fields) {
    properties.set(field.key, field_schema(field));
    if (field.required) required.emplace_back(field.key);
  }
  Json schema = schema_of({{"type", "object"},
                           {"title", object.title},
                           {"description", object.description},
                           {"additionalProperties", false},
                           {"properties", std::move(properties)}});
  if (!required.empty()) schema.set("required", Json(std::move(required)));
  if (&object == &kTaskObject || &object == &kHookObject) {
    const bool task = &object == &kTaskObject;
    schema.set("oneOf",
               task ? requires_one({"run", "command", "uses"}) : requires_one({"run", "command"}));
  }
  if (&object == &kTriggerObject) {
    schema.set("oneOf", requires_one({"dag", "dataset", "webhook"}));
  }
  if (&object == &kChannelObject) {
    schema.set("oneOf",
               requires_one({"slack", "pagerduty", "alertmanager", "ntfy", "smtp", "webhook"}));
  }
  if (&object == &kWaitObject) {
    schema.set("oneOf", requires_one({"file", "http", "time", "dataset"}));
  }
  if (&object == &kScheduleObject) {
    schema.set("oneOf", requires_one({"cron", "every", "at", "dates", "calendar"}));
  }
  return schema;
}

// The first object is the file as a whole.
std::string file_schema(std::span<const ObjectSpec* const> objects) {
  Json schema = schema_of({{"$schema", "https://json-schema.org/draft/2020-12/schema"}});
  const Json top = object_schema(*objects.front());
  for (const Json::Member& member : top.as_object()) {
    schema.set(member.first, member.second);
  }
  Json definitions{Json::Object()};
  for (const ObjectSpec* object : objects.subspan(1)) {
    definitions.set(object->name, object_schema(*object));
  }
  schema.set("$defs", std::move(definitions));
  return schema.dump(true) + "\n";
}

}  // namespace

std::string dag_schema_json() { return file_schema(all_objects()); }

std::string alerts_schema_json() { return file_schema(policies_objects()); }

}  // namespace tidemill
