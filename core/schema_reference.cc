#include <fmt/format.h>

#include <cmath>

#include "base/check.h"
#include "base/markdown.h"
#include "core/fields.h"
#include "core/schema.h"

// The reference page: one table for each object of the file.
namespace tidemill {
namespace {

std::string anchor_of(const ObjectSpec& object) { return std::string(object.name); }

std::string one_kind(const Field& field) {
  switch (field.kind) {
    case FieldKind::text:
      return "text";
    case FieldKind::scalar:
      return "text, number or boolean";
    case FieldKind::integer:
      return "integer";
    case FieldKind::number:
      return "number";
    case FieldKind::boolean:
      return "boolean";
    case FieldKind::duration:
      return "duration";
    case FieldKind::size:
      return "size";
    case FieldKind::word:
      return "word";
    case FieldKind::object:
      return fmt::format("[{}](#{})", field.object->name, anchor_of(*field.object));
    case FieldKind::any:
      return "value";
  }
  UNREACHABLE();
}

std::string kinds(const Field& field) {
  std::string out;
  const auto add = [&](std::string_view text) {
    if (!out.empty()) out += ", or ";
    out += text;
  };
  const std::string one = one_kind(field);
  if (field.shape & kShortText) add(field.words.empty() ? "text" : "word");
  if (field.shape & kOne) add(one);
  if (field.shape & kList) add("list of " + one);
  if (field.shape & kMap) add("name → " + one);
  if (std::isfinite(field.minimum) && std::isfinite(field.maximum)) {
    out += fmt::format(", {} to {}", field.minimum, field.maximum);
  }
  return out;
}

std::string meaning(const Field& field) {
  if (!field.not_yet.empty()) return fmt::format("**Not supported yet:** {}.", field.not_yet);
  std::string out = markdown_cell(field.description);
  if (!field.words.empty()) {
    out += " Words:";
    for (const std::string_view word : field.words) out += fmt::format(" `{}`", word);
    out += ".";
  }
  if (!field.example.empty())
    out += fmt::format("<br>`{}: {}`", field.key, markdown_cell(field.example));
  return out;
}

std::string row(const Field& field) {
  if (!field.not_yet.empty()) return fmt::format("| `{}` | | | {} |\n", field.key, meaning(field));
  const std::string fallback = field.required           ? "**must be given**"
                               : field.fallback.empty() ? std::string()
                                                        : fmt::format("`{}`", field.fallback);
  return fmt::format("| `{}` | {} | {} | {} |\n", field.key, kinds(field), fallback,
                     meaning(field));
}

}  // namespace

std::string dag_reference_markdown() {
  std::string out =
      "# Reference of the DAG file\n\n"
      "Every key, made from the table in `core/fields_*.cc` that also drives the checks and\n"
      "`docs/dag.schema.json`. Durations are one whole number and a unit (`500ms 30s 15m 2h 7d`), "
      "sizes\n"
      "likewise (`512MiB 2GiB`). A text that a YAML reader could take for something else (`no`, "
      "`010`,\n"
      "`1e3`, `12:30:45`) needs quotes. What each check says is listed in `docs/rules.md`.\n";
  for (const ObjectSpec* object : all_objects()) {
    out += fmt::format("\n## <a id=\"{}\"></a>{}\n\n{}\n\n", anchor_of(*object), object->title,
                       object->description);
    out += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const Field& field : object->fields) out += row(field);
  }
  return out;
}

}  // namespace tidemill
