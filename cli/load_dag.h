// A DAG file from disk, checked. Used by every command that takes FILE.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/dag.h"
#include "core/dag_parser.h"
#include "core/run.h"
#include "scheduler/dag_text.h"

namespace tidemill {

struct LoadedDag {
  DagPtr dag;          // null when the file has errors
  std::string path;    // absolute
  std::string folder;  // absolute; where tasks run
  std::string text;    // the file's bytes
  std::vector<Finding> findings;
};

// Fails only when the file cannot be read; broken content is in `findings`.
Result<LoadedDag> load_dag(const std::string& path);

// Loads and prints the findings to stderr as people read them. An error when the file is broken.
Result<LoadedDag> load_checked_dag(const std::string& path);

// TASK on the command line; unknown names get a did-you-mean. Hooks are named "hook.<kind>".
Result<TaskIndex> find_task(const Dag& dag, const std::string& id);

// `--only a b`: the positions of the named tasks. Unknown ids are errors with what to do.
Result<std::vector<TaskIndex>> select_tasks(const Dag& dag, const std::vector<std::string>& ids);

// Whether the selected tasks find what they read: an error when they would read from a task that is
// left out and whose results are not reused. Call it when the options are complete.
Status check_selection(const Dag& dag, const RunOptions& options);

// "k=v" texts of --param. A text without '=' is an error.
Result<std::vector<std::pair<std::string, std::string>>> split_params(
    const std::vector<std::string>& texts);

// All params bound, or every problem in one error.
Result<Json::Object> bind_or_explain(const Dag& dag, const std::vector<std::string>& texts);

}  // namespace tidemill
