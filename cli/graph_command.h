// `tidemill graph`: the tasks of a DAG file as a picture, on the standard output.
#pragma once

#include <string>

#include "base/result.h"
#include "core/dag.h"

namespace tidemill {

struct GraphOptions {
  std::string path{};
  std::string format = "text";  // text, dot, mermaid or json
};

// An unknown format is an error that names the known ones.
Result<std::string> draw_dag(const Dag& dag, const std::string& format);

// Returns the exit code: 0; 1 when the file has errors, which are printed as people read them; 2
// for an unknown format; 3 when there is no such file.
int run_graph(const GraphOptions& options);

}  // namespace tidemill
