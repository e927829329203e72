// Which ready task starts where. Ready tasks wait in one order: by virtual start time, which is
// when they became ready plus (priority - 1) · kPriorityStep. A lower priority thus waits longer,
// but never for ever: that bound is the promise against starvation (I16). Ties go by run, then
// task.
//
// - Tasks of one run and priority that ask for the same exchange their places in that order, so
//   that those with the longest way ahead go first (core/placement_queue.h). For other runs and
//   other kinds of tasks nothing is different.
// - Tasks that ask for the same things form a class. Within a class the order is strict; between
//   classes nobody waits for a head that cannot start.
// - A task that is ready for kReserveAfter and still does not fit reserves: what it needs of its
// pool
//   and of the worker that is nearest to having room is kept from every task behind it in the
//   order, so a stream of small tasks cannot pass a big one for ever. One reservation per class.
// - A worker is chosen by least slots in use per slot it has, then by id. Equal inputs give equal
//   grants.
// - Granting ahead (WorkerView::queue_ahead) binds a task to a worker that is busy now. That is
// done
//   only for a task of one slot without pool, run limit and resources (they would be held idle),
//   which has no other worker it could run on (or it would wait here while a slot is free there),
//   is not known to take long (it would be bound before tasks with a longer way are ready),
//   and never past an earlier task that wants that worker's slots.
//
// One thread. Cost: O(log n) to add, remove or grant; a pass looks once at each class.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/blocker.h"
#include "core/dag.h"

namespace tidemill {

inline constexpr Duration kPriorityStep = std::chrono::seconds(60);
inline constexpr Duration kReserveAfter = std::chrono::seconds(30);

struct ReadyTask {
  RunId run;
  TaskIndex task = 0;
  BootTime since{};
  Duration expected{};  // how long it will take, by earlier runs; 0 = unknown
  Duration way{};       // until all that depends on it is done (core/way_ahead.h); 0 = unknown
  int priority = 5;
  int slots = 1;             // of the worker, and of the pool when there is one
  std::string pool;          // empty = default pool, bounded by workers only
  int max_active_tasks = 0;  // of this run at once, the same for all its tasks; 0 = no bound
  std::vector<std::string> runs_on;  // sorted
  Resources resources;
};

struct WorkerView {
  WorkerId id;
  std::string name;                 // for people; may be empty
  int slots = 1;                    // how many it runs at once
  int queue_ahead = 0;              // granted beyond slots so that it never waits for us
  std::vector<std::string> labels;  // sorted
  Resources capacity;               // cpu and memory 0 = unknown, not limited; gpu 0 = it has none
  bool draining = false;            // goes on with what it has, gets nothing new
};

struct Grant {
  RunId run;
  TaskIndex task = 0;
  WorkerId worker;
};

struct PlacementState;

// Holds the ready queue and what is in use. Slots are derived from live grants, never counted
// elsewhere, so a restart that re-adds live grants is exact (I15).
class Placement {
 public:
  Placement();
  ~Placement();
  Placement(Placement&&) noexcept;
  Placement& operator=(Placement&&) noexcept;

  // Per run pools are named "<run>/<pool>". Shrinking below what is in use grants nothing until
  // enough ended. A task whose pool is not (or no longer) set waits.
  void set_pool(const std::string& name, int slots);
  void remove_pool(const std::string& name);

  // Adds or changes. Attempts on a removed worker keep their slots until they are released.
  void set_worker(const WorkerView& worker);
  void remove_worker(WorkerId worker);

  // While paused nothing is granted; the reason is a sentence part ("the disk is nearly full").
  void pause(std::string reason);
  void resume();

  // Adding a task that is ready already replaces it; one that occupies slots is a bug.
  void add_ready(const ReadyTask& task);
  bool remove_ready(RunId run, TaskIndex task);  // false = it was not there

  // A live attempt occupies its slots until released; used for grants and after a restart, when the
  // worker need not be known yet and bounds may be exceeded. Takes the task out of the queue.
  void occupy(const ReadyTask& task, WorkerId worker, std::optional<BootTime> since = std::nullopt);
  bool release(RunId run, TaskIndex task);  // false = it was not there

  // Grants all that fit, in order; each is occupied already when returned.
  std::vector<Grant> place(BootTime now);

  // Why a ready task is not granted: every reason that holds, the most fundamental first. Never
  // empty; Kind::none alone means that the next place() grants it, or that it is not in the queue.
  std::vector<Blocker> blockers(RunId run, TaskIndex task, BootTime now) const;
  Blocker why_waiting(RunId run, TaskIndex task, BootTime now) const;

  // The first ready task of every kind that no worker here and no pool can ever take.
  struct Stuck {
    RunId run;
    TaskIndex task = 0;
    BootTime since;  // when it became ready
  };
  std::vector<Stuck> stuck() const;
  // The first ready task of every kind that asks for the same things, whatever it waits for.
  std::vector<Stuck> first_of_each_kind() const;

  std::size_t ready_count() const;
  std::size_t live_count() const;
  // Where a live attempt is; none = it is not live.
  std::optional<Holder> holder(RunId run, TaskIndex task) const;
  std::string worker_name(WorkerId worker) const;  // "local", or "worker 3" when it has no name
  // More slots are granted there than it has, so attempts wait in its own queue.
  bool is_granted_ahead(WorkerId worker) const;

  // Re-derives every count; a bug is a CHECK.
  void check() const;

 private:
  std::unique_ptr<PlacementState> state_;
};

}  // namespace tidemill
