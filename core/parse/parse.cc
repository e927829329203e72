#include <fmt/format.h>

#include "base/hash.h"
#include "core/dag_parser.h"
#include "core/fields_check.h"
#include "core/parse/context.h"
#include "core/parse/steps.h"
#include "core/parse/tree.h"

namespace tidemill {
namespace {

// Characters that turn the direction of the text around them: what a reviewer sees is then not what
// runs. U+202A-202E are E2 80 AA-AE in UTF-8, U+2066-2069 are E2 81 A6-A9.
void warn_of_hidden_directions(ParseContext& context) {
  const std::string_view text = context.source.text();
  constexpr auto kNone = std::string_view::npos;
  for (std::size_t at = text.find('\xE2'); at != kNone; at = text.find('\xE2', at + 1)) {
    if (at + 2 >= text.size()) return;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const auto third = static_cast<unsigned char>(text[at + 2]);
    const bool embedding = second == 0x80 && third >= 0xAA && third <= 0xAE;
    const bool isolate = second == 0x81 && third >= 0xA6 && third <= 0xA9;
    if (!embedding && !isolate) continue;
    const unsigned point = (embedding ? 0x2000u : 0x2040u) + (third & 0x3Fu);
    context.findings.add(
        Rule::bidi_control, context.source.at(at),
        fmt::format("the character U+{:04X} changes the direction of the text around it", point),
        "delete it, unless the text is in a language that needs it");
    return;
  }
}

void run_steps(ParseContext& context) {
  warn_of_hidden_directions(context);
  check_object(context.root, kDagObject, "", context.findings);
  read_dag(context);
  read_params(context);
  read_schedules(context);
  read_start_triggers(context);
  read_tasks(context);
  resolve_needs(context);
  check_triggers(context);
  check_pools(context);
  resolve_references(context);
}

}  // namespace

ParsedDag parse_dag(std::string_view text, const ParseOptions& options) {
  const YamlDocument document = parse_yaml(text);
  auto unusable = findings_of_tree(
      document, "a DAG needs at least one task: tasks: {hello: {run: echo hello}}",
      "start with keys such as \"name:\" and \"tasks:\"");
  if (!unusable.empty()) return {nullptr, std::move(unusable)};
  ParseContext context(text, options, document.root);
  run_steps(context);
  const bool broken = context.findings.has_errors();
  ParsedDag parsed{nullptr, context.findings.take()};
  if (broken) return parsed;
  context.dag.content_hash = sha256_hex(text);
  context.dag.source = std::string(text);
  parsed.dag = std::make_shared<const Dag>(std::move(context.dag));
  return parsed;
}

}  // namespace tidemill
