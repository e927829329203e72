#include "scheduler/dag_text.h"

#include "base/fd.h"
#include "base/zone.h"
#include "scheduler/dag_files.h"

namespace tidemill {

ParsedDag check_dag_text(std::string_view text, const std::string& stem,
                         const std::string& folder) {
  ParseOptions options;
  options.default_name = stem;
  options.zone = load_zone;
  options.now = system_now().wall;
  options.read_file = [folder](const std::string& file) {
    return read_file(folder + "/" + file, kMaxDagFileBytes);
  };
  return parse_dag(text, options);
}

Result<DagPtr> parse_stored_dag(const std::string& name, const std::string& source,
                                const std::string& folder) {
  ParsedDag parsed = check_dag_text(source, name, folder);
  if (parsed.dag != nullptr) return parsed.dag;
  std::string first;
  for (const Finding& finding : parsed.findings) {
    if (first.empty() && finding.severity == Severity::error) first = finding.message;
  }
  return corrupt(
      fmt::format("the stored version of {} is not accepted by this Tidemill: {}", name, first));
}

}  // namespace tidemill
