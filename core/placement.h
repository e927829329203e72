// Which ready task starts where. Ready tasks wait in one order: by virtual start time, which is
// when they became ready plus (priority - 1) · kPriorityStep. A lower priority thus waits longer, but
// never for ever: that bound is the promise against starvation (I16). Ties go by run, then task.
// A task that needs many slots of a full pool reserves them once it is the oldest there for
// kReserveAfter, so that a stream of small tasks cannot pass it for ever.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/dag.h"

namespace tidemill {

inline constexpr Duration kPriorityStep = std::chrono::seconds(60);
inline constexpr Duration kReserveAfter = std::chrono::seconds(30);

struct ReadyTask {
  RunId run;
  TaskIndex task = 0;
  BootTime since{};
  int priority = 5;
  int slots = 1;
  std::string pool;                  // empty = default pool, bounded by workers only
  std::vector<std::string> runs_on;  // sorted
  Resources resources;
};

struct WorkerView {
  WorkerId id;
  int slots = 1;                    // how many it runs at once
  int queue_ahead = 0;              // granted beyond slots so that it never waits for us
  std::vector<std::string> labels;  // sorted
  Resources capacity;               // 0 = unknown: not limited by it
  bool draining = false;
};

struct Grant {
  RunId run;
  TaskIndex task = 0;
  WorkerId worker;
};

// Holds the ready queue and what is in use; all operations O(log n) in the ready tasks times the
// number of distinct requirements. One thread. Slots are derived from live grants, never counted
// elsewhere, so a restart that re-adds live grants is exact (I15).
class Placement {
 public:
  void set_pool(const std::string& name, int slots);  // per run pools are named "<run>/<pool>"
  void set_worker(const WorkerView& worker);
  void remove_worker(WorkerId worker);

  void add_ready(const ReadyTask& task);
  void remove_ready(RunId run, TaskIndex task);

  // A live attempt occupies its slots until released; used for grants and after a restart.
  void occupy(const ReadyTask& task, WorkerId worker);
  void release(RunId run, TaskIndex task);

  // Grants all that fit, in order; each is occupied already when returned.
  std::vector<Grant> place(BootTime now);

  // Why a ready task is not granted, for explain.
  struct Blocker {
    enum class Kind { none, no_worker, no_label, no_slot, pool_full, resources, behind_others } kind;
    std::string detail;             // "pool gpu: 2 of 2 slots in use by train (run 12), …"
    std::optional<BootTime> since;
  };
  Blocker why_waiting(RunId run, TaskIndex task, BootTime now) const;

  std::size_t ready_count() const;
  // Re-derives every count; a bug is a CHECK.
  void check() const;

 private:
  struct Class;
  struct Key {
    BootTime virtual_start;
    RunId run;
    TaskIndex task;
    auto operator<=>(const Key&) const = default;
  };
  struct Occupied {
    ReadyTask task;
    WorkerId worker;
  };
  // Filled in by placement.cc's owner.
  std::map<std::string, int> pools_;
  std::map<WorkerId, WorkerView> workers_;
  std::map<std::string, std::set<Key>> classes_;  // by requirement signature
  std::map<std::pair<RunId, TaskIndex>, ReadyTask> ready_;
  std::map<std::pair<RunId, TaskIndex>, Occupied> occupied_;
};

}  // namespace tidemill
