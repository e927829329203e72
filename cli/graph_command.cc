#include "cli/graph_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/exit_code.h"
#include "cli/load_dag.h"
#include "cli/terminal.h"
#include "core/dump.h"
#include "core/finding_format.h"

namespace tidemill {
namespace {

void print_findings(const std::string& path, const LoadedDag& loaded) {
  if (loaded.findings.empty()) return;
  fmt::print(stderr, "{}",
             format_findings_human(path, loaded.text, loaded.findings, probe_terminal(2).colour));
}

}  // namespace

Result<std::string> draw_dag(const Dag& dag, const std::string& format) {
  if (format == "text") return dag_to_text(dag);
  if (format == "dot") return dag_to_dot(dag);
  if (format == "mermaid") return dag_to_mermaid(dag);
  if (format == "json") return dag_to_json(dag).dump(true) + "\n";
  return invalid(fmt::format("there is no format '{}'; use text, dot, mermaid or json", format));
}

int run_graph(const GraphOptions& options) {
  // A wrong word on the command line is said before the file is looked at.
  if (const auto known = draw_dag(Dag{}, options.format); !known.ok()) return report(known.error());
  const auto loaded = load_dag(options.path);
  if (!loaded.ok()) return report(loaded.error());
  print_findings(options.path, *loaded);
  if (loaded->dag == nullptr) return kExitFailed;
  const std::string picture = draw_dag(*loaded->dag, options.format).value();
  const bool written = std::fwrite(picture.data(), 1, picture.size(), stdout) == picture.size();
  if (!written || std::fflush(stdout) != 0) return report(errno_error("cannot write the picture"));
  return kExitOk;
}

}  // namespace tidemill
