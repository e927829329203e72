// One look through the ready tasks in order. Room only shrinks while it goes on, so a class whose
// head did not fit needs no second look.
#pragma once

#include <map>
#include <set>

#include "core/placement_state.h"

namespace tidemill {

class PlacementPass {
 public:
  PlacementPass(PlacementState& state, BootTime now);

  // No task whatever could be granted any more.
  bool is_over() const { return room_ <= 0; }

  // Where the head of the class may start, or null. Room that is held for an earlier task is taken.
  WorkerState* fit(TaskClass& task_class) const;

  // The head of the class was given a worker.
  void grant(const TaskClass& task_class) { room_ -= task_class.requirement.demand.slots; }

  // The head of the class did not fit: keeps from the tasks behind it what it must not lose to
  // them.
  void block(TaskClass& task_class);

  // Who holds room; null = nobody.
  const QueueKey* holds_run(const TaskClass& task_class) const;
  const QueueKey* holds_pool(const TaskClass& task_class) const;
  const QueueKey* holds_worker(const WorkerState& worker) const;

 private:
  struct Hold {
    std::int64_t count = 0;  // tasks of a run, slots of a pool
    QueueKey by;             // the first that held
  };
  struct WorkerHold {
    Demand demand;
    QueueKey by;
  };

  bool run_has_room(const TaskClass& task_class) const;
  bool pool_has_room(const TaskClass& task_class) const;
  Demand held(const WorkerState& worker) const;
  bool may_run_ahead(TaskClass& task_class) const;
  void reserve(TaskClass& task_class);
  WorkerState* nearest_to_room(TaskClass& task_class) const;

  PlacementState& state_;
  BootTime now_;
  std::int64_t room_ = 0;  // slots that are free, and those that may still be granted ahead
  std::map<const LimitedRun*, Hold> run_holds_;
  std::map<const PoolState*, Hold> pool_holds_;
  std::map<const WorkerState*, WorkerHold> worker_holds_;
  std::set<const WorkerState*> no_ahead_;  // an earlier task waits for a slot of these
};

}  // namespace tidemill
