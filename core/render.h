// The command, environment and inputs of one attempt, with every template filled in. Values reach a
// process as argv items and environment only, never as part of a script (S1).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/dag.h"
#include "core/expr.h"
#include "core/run.h"

namespace tidemill {

struct RenderedInput {
  std::string name;
  std::string hash;
  bool is_directory = false;
};

struct RenderedTask {
  std::vector<std::string> argv;  // empty when script is set
  std::string script;
  // Identity and parameters (TIDEMILL_…), then the DAG's and the task's own; later ones win; sorted
  // by name and unique. Paths of the task contract are added by the worker.
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<RenderedInput> inputs;
  std::string context_json;  // TIDEMILL_CONTEXT: params, upstream outputs, inputs, identity
};

// The run's names as expressions see them. nullopt for a task's state that is not terminal yet.
ExprLookup run_lookup(const Dag& dag, const Run& run);

// `attempt_number` is the number of the attempt about to start (1-based).
Result<RenderedTask> render_task(const Dag& dag, const Run& run, TaskIndex task,
                                 std::uint32_t attempt_number);

// A script that is one plain line without shell syntax needs no shell: its words, or empty.
std::vector<std::string> plain_words(const std::string& script);

}  // namespace tidemill
