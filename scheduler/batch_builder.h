// Collects what one turn changed into one Batch: the last value of every row, but never an edge
// between states that the core does not know, so that the rules in the schema see each step that
// matters. Changes of states also become event rows, one row per run and turn.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/outcome.h"
#include "scheduler/live_run.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

class BatchBuilder {
 public:
  void add_run(LiveRun& live, Now now);  // and the rows of tasks that do not begin as `waiting`
  void run_changed(LiveRun& live, Now now);
  void task_changed(LiveRun& live, TaskIndex task, Now now);
  // It became waiting by hand; what it is by now is told by task_changed().
  void task_reset(LiveRun& live, TaskIndex task, Now now);
  // A person did something to the run; returns the number of the event.
  std::int64_t control(LiveRun& live, std::string_view kind, std::string body, Now now);
  // The task's last attempt ended with this outcome, and the machine has judged it.
  void attempt_ended(const LiveRun& live, TaskIndex task, const Outcome& outcome, Now now);
  // A task that had no attempt succeeded and left something.
  void answered(const LiveRun& live, TaskIndex task) {
    add_result(live, task, task_row(live, task).result_number());
  }
  // A report on an attempt that was given up before.
  void late_report(LiveRun& live, TaskIndex task, AttemptId attempt, const Outcome& outcome,
                   Now now);
  void worker_changed(const WorkerRow& row) { batch_.workers.push_back(row); }
  void add_dag(DagVersionRow row) { batch_.dags.push_back(std::move(row)); }
  void set_counters(const Counters& counters) { batch_.counters = counters; }

  bool empty() const { return batch_.empty() && dirty_runs_.empty(); }
  // Hands the batch over and begins the next one. `live` finds runs that were changed.
  Batch take(const std::unordered_map<RunId, LiveRun>& live);

 private:
  struct DirtyRun {
    RunId run;
    bool is_new = false;
  };
  struct RunNote {                                      // of this turn
    std::unordered_map<TaskIndex, std::size_t> writes;  // position in batch_.tasks
    std::size_t dirty = SIZE_MAX;                       // position in dirty_runs_
    std::size_t tasks_event = SIZE_MAX;  // open event row to which task changes are appended
  };

  void record_task(LiveRun& live, TaskRow row, Now now);
  void write_task(LiveRun& live, TaskRow row);
  void publish(const LiveRun& live, TaskIndex task, Now now);
  void add_result(const LiveRun& live, TaskIndex task, std::uint32_t number);
  EventRow& new_event(LiveRun& live, std::string_view kind, Now now);

  Batch batch_;
  std::vector<DirtyRun> dirty_runs_;
  std::unordered_map<RunId, RunNote> notes_;
};

}  // namespace tidemill
