// A run that has not ended, as the engine holds it: the machine's Run and what the shell adds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/dag.h"
#include "core/placement.h"
#include "core/run.h"
#include "core/way_ahead.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

// Where a live attempt is; the machine itself does not know workers.
struct GrantNote {
  WorkerId worker;
  WallTime at{};
};

struct LiveRun {
  DagPtr dag;
  Run run;
  std::int64_t version = 0;  // of the dag, in storage
  std::string directory;     // absolute; the DAG file's folder
  std::string origin;
  RunId reused_from;
  TriggerKind trigger = TriggerKind::manual;
  std::int64_t backfill = 0;  // 0 = of none

  // The parameters as rows hold them, when some of them are sealed; empty = as in `run`.
  std::string sealed_params;

  // What earlier runs say of the order; shared by runs of one version, null = nothing.
  std::shared_ptr<const WayAhead> ahead;

  std::vector<GrantNote> grants;  // by task; of the last attempt
  std::vector<bool> reused;       // by task
  std::int64_t next_seq = 1;      // of its next event row
  std::optional<BootTime> wake;   // its place in the engine's timer queue

  // The event by which a person changed the run, or a task, last; 0 = never.
  std::int64_t control_seq = 0;
  std::vector<std::int64_t> control_seqs;

  // What the rows hold once everything written so far is committed: 0 = no row, else state + 1.
  std::vector<std::uint8_t> stored;
};

// What Placement is told of a task, and how it knows a pool of a run (empty = the default pool).
ReadyTask ready_task(const LiveRun& live, TaskIndex task);
std::string run_pool(RunId run, const std::string& pool);

RunRow run_row(const LiveRun& live);
TaskRow task_row(const LiveRun& live, TaskIndex task);
DagVersionRow dag_version_row(const Dag& dag, std::int64_t version, WallTime now);

// The live form of a stored run; what is sealed of its parameters is sealed there too. Refuses rows
// that do not fit the dag.
Result<LiveRun> live_run_from(const StoredRun& stored, DagPtr dag, Now now);

}  // namespace tidemill
