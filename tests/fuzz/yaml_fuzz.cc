// The whole way from bytes to a checked DAG: nothing crashes, every refusal has a place that
// exists, and every finding can be printed in every format.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/yaml.h"
#include "base/zone.h"
#include "core/dag_parser.h"
#include "core/finding_format.h"
#include "core/finding_rules.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// The fuzzer's world has one zone and one file, and no clock.
tidemill::ParseOptions options() {
  tidemill::ParseOptions options;
  options.default_name = "fuzzed";
  options.now = tidemill::WallTime{1'795'305'600'000'000};
  options.zone = [](std::string_view name) -> tidemill::Result<tidemill::ZonePtr> {
    if (name == "Europe/Berlin") return tidemill::utc_zone();
    return tidemill::invalid("no such zone");
  };
  options.read_file = [](const std::string&) -> tidemill::Result<std::string> {
    return std::string("2026-12-25\n");
  };
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const tidemill::ParseOptions kOptions = options();
  const tidemill::ParsedDag parsed = tidemill::parse_dag(text, kOptions);
  require((parsed.dag == nullptr) == tidemill::has_errors(parsed.findings));
  for (const tidemill::Finding& finding : parsed.findings) {
    require(tidemill::find_rule(finding.rule) != nullptr);
    require(!finding.message.empty());
    require(finding.mark.line >= 0 && finding.mark.column >= 0);
  }
  if (!parsed.findings.empty()) {
    const std::vector<tidemill::FileFindings> files = {
        {"f.yaml", std::string(text), parsed.findings}};
    require(!tidemill::format_findings_human("f.yaml", text, parsed.findings, true).empty());
    require(!tidemill::format_findings_github(files).empty());
    require(!tidemill::format_findings_json(files).empty());
  }
  if (parsed.dag != nullptr) require(parsed.dag->source == text && !parsed.dag->tasks.empty());
  return 0;
}
