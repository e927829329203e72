// What makes runs by the clock: looked after by the loop, which owns time and commits. A scheduler
// without one runs only what is submitted to it. Called on the scheduler's thread, never while a
// commit is on its way.
#pragma once

#include <optional>

#include "scheduler/engine.h"

namespace tidemill {

class Planner {
 public:
  virtual ~Planner() = default;
  // What is due by now, as submits to the engine and rows kept until take_rows().
  virtual void look(Engine& engine, Now now) = 0;
  // When to look again at the latest; nullopt = nothing is waited for. Wall time: the loop looks
  // again after every step of the clock.
  virtual std::optional<WallTime> next_look() const = 0;
  // True when there are rows to commit.
  virtual bool has_rows() const = 0;
  virtual void take_rows(Batch& batch) = 0;
  // The rows that were taken last are on the disk.
  virtual void committed() = 0;
  virtual void on_run_ended(RunId run, RunState state) = 0;
};

}  // namespace tidemill
