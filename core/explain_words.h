// Clauses that the explanations are made of.
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/explain.h"
#include "core/run.h"

namespace tidemill {

// What the explanation of one task may look at.
struct Subject {
  const Dag& dag;
  const Run& run;
  TaskIndex index;
  const Placement* placement;  // may be null
  Now now;
  const TaskNamer& namer;

  const TaskSpec& spec() const { return dag.tasks[index]; }
  const TaskRun& state() const { return run.tasks[index]; }
  const std::string& name() const { return spec().id; }
};

Explanation explain_waiting(const Subject& subject);
Explanation explain_ready(const Subject& subject);
Explanation explain_dispatched(const Subject& subject);
Explanation explain_running(const Subject& subject);
Explanation explain_awaiting_input(const Subject& subject);
Explanation explain_ended(const Subject& subject);  // every terminal state

// "3m 12s"; a time that the clock says is yet to come counts as now.
std::string time_since(WallTime then, WallTime now);
std::string time_until(WallTime then, WallTime now);

// "running for 3m 12s", "next attempt in 20s", "waiting".
std::string state_clause(const TaskRun& task, WallTime now);

// Why the last attempt ended, in words; uses the recorded sentence when there is one.
std::string failure_clause(const TaskRun& task);

// "a", "a and b", "a, b and c", "a, b, c and 4 more".
std::string list_some(const std::vector<std::string>& items, std::size_t most = 3);
std::string list_tasks(const Dag& dag, const std::vector<TaskIndex>& tasks, std::size_t most = 3);

// "one_success: 1 of 3 upstreams succeeded, 1 still running (train), …".
std::string rule_clause(const Subject& subject);

// "paused by ann for 5m 00s: the table is locked"; of a run that is paused.
std::string pause_clause(const Run& run, WallTime now);

// "attempt 2; 1 of 2 retries used".
std::string attempts_clause(const TaskSpec& spec, const TaskRun& task);

}  // namespace tidemill
