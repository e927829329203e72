// The rows as every committed batch made them, kept beside the database. Checks each batch as it is
// committed, and each recovery against it: nothing that was committed may be lost or changed (P1,
// I3, I7, I9, I17), an end is left only together with its clear or mark, and a paused run is
// granted nothing.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "scheduler/storage/dataset_reader.h"
#include "scheduler/storage/reader.h"
#include "scheduler/storage/rows.h"
#include "tests/sim/plan.h"
#include "tests/sim/trace.h"

namespace tidemill::sim {

class Mirror {
 public:
  Mirror(const Plan& plan, Trace& trace) : plan_(plan), trace_(trace) {}

  struct MirrorRun {
    RunRow row;
    std::size_t planned_dag = 0;
    std::vector<TaskRow> tasks;
    std::vector<AttemptRow> attempts;
    bool changed_by_hand = false;  // a clear or mark, ever
  };
  struct Granted {
    RunId run;
    TaskIndex task = 0;
    std::uint32_t number = 0;
    WorkerId worker;
    bool ended = false;
  };

  void on_commit(const Batch& batch);
  // After a restart: the database must say what the mirror says.
  void compare(RunReader& reader);
  // At the end: every success that publishes did so once, and the database has exactly that.
  void compare_updates(DatasetReader& reader);

  const MirrorRun* find(RunId run) const;
  const std::map<RunId, MirrorRun>& runs() const { return runs_; }
  const Granted* grant_of(AttemptId attempt) const;
  // The run that a planned submission became; 0 = it is not committed.
  RunId submitted(std::size_t planned_run) const;
  const PlannedDag& planned(const MirrorRun& run) const { return plan_.dags[run.planned_dag]; }

 private:
  void add_run(const RunRow& row);
  void note_control(const Batch& batch);
  void on_run(const RunRow& row);
  void on_task(const TaskWrite& write);
  void on_grant(const TaskRow& row, const MirrorRun& run);
  void on_attempt(const AttemptRow& row);
  void on_update(const DatasetUpdateRow& row);
  void compare_task(const TaskRow& stored, const TaskRow& known);
  void compare_history(RunReader& reader, const StoredRun& stored);

  const Plan& plan_;
  Trace& trace_;
  std::map<RunId, MirrorRun> runs_;
  std::map<AttemptId, Granted> grants_;
  std::map<RunId, std::set<AttemptId>> published_;
  AttemptId last_grant_;
  // Of the batch that is looked at.
  std::set<RunId> cleared_, resumed_;
};

}  // namespace tidemill::sim
