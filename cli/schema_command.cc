#include "cli/schema_command.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/exit_code.h"
#include "core/fields.h"
#include "core/schema.h"

namespace tidemill {
namespace {

Error unknown_key(const ObjectSpec& object, std::string_view key) {
  std::vector<std::string_view> known;
  for (const Field& field : object.fields) known.push_back(field.key);
  const auto near = nearest(key, known);
  return not_found(fmt::format("{} has no key {}{}", object.title, printable(key),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

Result<const Field*> find_field(const std::string& path) {
  const ObjectSpec* object = &kDagObject;
  const Field* field = nullptr;
  for (const std::string_view key : split(path, '.')) {
    if (object == nullptr) return not_found(fmt::format("{} has no keys of its own", field->key));
    field = object->find(key);
    if (field == nullptr) return unknown_key(*object, key);
    object = field->object;
  }
  return field;
}

Status describe(const std::string& path) {
  const Field* field = TRY(find_field(path));
  fmt::print("{}: {}\n", path, field->description);
  if (!field->fallback.empty()) fmt::print("  default: {}\n", field->fallback);
  if (!field->example.empty()) fmt::print("  example: {}\n", field->example);
  if (!field->words.empty()) fmt::print("  one of: {}\n", fmt::join(field->words, ", "));
  if (!field->not_yet.empty()) fmt::print("  not supported yet: {}\n", field->not_yet);
  if (field->object != nullptr) {
    for (const Field& inner : field->object->fields) fmt::print("  {}.{}\n", path, inner.key);
  }
  return Ok{};
}

Status print_schema(const SchemaOptions& options) {
  if (options.alerts) {
    if (!options.key.empty() || options.format != "json") {
      return invalid("--alerts prints the JSON Schema of the file of alerts, and nothing else");
    }
    fmt::print("{}", alerts_schema_json());
    return Ok{};
  }
  if (!options.key.empty()) return describe(options.key);
  if (options.format == "json")
    fmt::print("{}", dag_schema_json());
  else if (options.format == "markdown")
    fmt::print("{}", dag_reference_markdown());
  else
    return invalid("--format takes json or markdown");
  return Ok{};
}

}  // namespace

int run_schema(const SchemaOptions& options) {
  const Status printed = print_schema(options);
  return printed.ok() ? kExitOk : report(printed.error());
}

}  // namespace tidemill
