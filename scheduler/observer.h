// Watches what a scheduler does. Called on the scheduler's thread after the commit, so what it
// shows is never taken back; must not block.
#pragma once

#include <string>

#include "base/id.h"
#include "core/words.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

class Observer {
 public:
  virtual ~Observer() = default;
  // Every row that changed, with its new values (TaskWrite::row, RunWrite::row, attempts, results).
  virtual void on_commit(const Batch&) {}
  virtual void on_progress(RunId, TaskIndex, double /*fraction*/, const std::string& /*text*/) {}
  virtual void on_run_ended(RunId, RunState) {}
  virtual void on_deadline_missed(RunId) {}
  // A sentence for the operator: a worker came or went, was refused, a run could not be resumed.
  virtual void on_note(const std::string&) {}
};

}  // namespace tidemill
