// From the bytes of a DAG file to a checked Dag. All findings are reported, not only the first;
// a Dag comes out only when none of them is an error.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dag.h"
#include "core/finding.h"

namespace tidemill {

struct ParseOptions {
  std::string default_name;  // used when the file has no `name:`; the file's stem
  // Looks a zone up (shell: load_zone; tests: a table). Never null.
  std::function<Result<ZonePtr>(std::string_view)> zone;
  // For relative schedules and "date is in the past" warnings; the checks take no other time.
  WallTime now{};
  // Days of a holidays file named by `calendar: {holidays: FILE}`, as text lines; null = files are
  // not available here and a schedule that names one is an error.
  std::function<Result<std::string>(const std::string& path)> read_file;
};

struct ParsedDag {
  DagPtr dag;                     // null when a finding is an error
  std::vector<Finding> findings;  // in file order
};

ParsedDag parse_dag(std::string_view text, const ParseOptions& options);

}  // namespace tidemill
