// Finds the DAG files that command line arguments mean, and looks at each file before its content
// is read: symbolic links, FIFOs, files that everybody may write.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/finding.h"

namespace tidemill {

struct DagFile {
  std::string path;
  std::string source;  // empty when it could not be read
  bool readable = false;
  bool settled = false;           // it did not change while it was read
  std::vector<Finding> findings;  // about the file itself
};

struct DagFiles {
  std::vector<DagFile> files;        // sorted by path, each once
  std::vector<std::string> skipped;  // hidden entries and linked folders, which are not looked into
};

inline constexpr std::size_t kMaxDagFileBytes = 16u << 20;

// Folders are searched for *.yaml and *.yml, recursively. A path that does not exist, or a folder
// without any such file, is an error.
Result<DagFiles> find_dag_files(const std::vector<std::string>& paths);

}  // namespace tidemill
