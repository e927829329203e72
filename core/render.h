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
  std::vector<std::string> argv;  // also of a script whose words need no shell; else empty
  std::string script;             // set when argv is empty
  // Identity and parameters (TIDEMILL_…), then the DAG's and the task's own; later ones win; sorted
  // by name and unique. Paths of the task contract are added by the worker.
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<RenderedInput> inputs;
  std::string context_json;  // TIDEMILL_CONTEXT: params, upstream outputs, inputs, identity
};

// The run's names as expressions see them: params.NAME, run.{id, dag, seed, logical_time,
// scheduled_for, interval_start, interval_end} and tasks.ID.{state, outputs, metrics, artifacts}.
// Nothing of a task is known (nullopt) before it is terminal; then its outputs, metrics and
// artifacts are objects, empty unless it succeeded. Both arguments must outlive the lookup.
ExprLookup run_lookup(const Dag& dag, const Run& run);
// The same and `env`: the variables of the DAG and the task as they were rendered.
ExprLookup task_lookup(const Dag& dag, const Run& run, TaskIndex task);

// `attempt_number` is the number of the attempt about to start (1-based).
Result<RenderedTask> render_task(const Dag& dag, const Run& run, TaskIndex task,
                                 std::uint32_t attempt_number);

// A script that is one plain line without shell syntax needs no shell: its words, or empty.
std::vector<std::string> plain_words(const std::string& script);

}  // namespace tidemill
