// How a run is shown when it is over: one line per task for people, one JSON line for programs, and
// the summaries that its last tasks wrote.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/terminal.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// The one colour of each run state.
Style style_of(RunState state);

// {"run":12,"state":"succeeded","tasks":{"extract":{"state":"succeeded","attempts":1,"duration_ms":8123}}}
// duration_ms is of the last attempt, from exec to end; 0 when it never ran. Hooks that ran are
// included as "hook.<kind>".
std::string run_result_json(const Dag& dag, const Run& run);

// "run 12 succeeded in 1m 42s: 9 succeeded", and what to do next when it did not.
std::string run_verdict(const Dag& dag, const Run& run, const std::string& file,
                        const Terminal& terminal);

// A table: state, task, attempts, time, reason. Succeeded tasks of a large run are counted.
std::string run_table(const Dag& dag, const Run& run, const Terminal& terminal);

// The Markdown that tasks without downstreams wrote to TIDEMILL_SUMMARY, as plain text.
std::string run_summaries(const Dag& dag, const Run& run);

// What every task reported of its data: its checks, one a line, and its summary as plain text.
std::string run_reports(const Dag& dag, const Run& run);

}  // namespace tidemill
