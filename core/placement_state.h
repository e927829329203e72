// What Placement holds, shared by its parts (queue, pass, reasons) and by nobody else.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/placement.h"
#include "core/placement_queue.h"

namespace tidemill {

// What a task takes of a worker, in whole units, so that sums are exact after any number of steps.
struct Demand {
  std::int64_t slots = 0;
  std::int64_t milli_cpu = 0;
  std::int64_t memory = 0;  // bytes
  std::int64_t gpu = 0;
  auto operator<=>(const Demand&) const = default;

  Demand& operator+=(const Demand& other);
  Demand& operator-=(const Demand& other);
  bool asks_resources() const { return milli_cpu != 0 || memory != 0 || gpu != 0; }
};

Demand to_demand(int slots, const Resources& resources);

struct WorkerState {
  WorkerView view;
  bool known = false;  // false: only its attempts are known, not the worker itself
  Demand capacity;
  Demand used;
  std::size_t live = 0;
};

// Does the demand fit besides what is used and held? `ahead` slots more than the worker has are
// allowed.
bool has_room(const WorkerState& worker, const Demand& held, const Demand& demand, int ahead);

struct PoolState {
  std::optional<std::int64_t> slots;  // none = not set, so nothing may start in it
  std::int64_t used = 0;
  std::size_t classes = 0;
};

struct LimitedRun {
  std::int64_t live = 0;
  std::size_t classes = 0;
};

// What makes two tasks the same for placement. The texts belong to somebody else.
struct Requirement {
  Demand demand;
  RunId run;  // set only when max_active_tasks is
  std::int64_t max_active_tasks = 0;
  std::string_view pool;
  std::span<const std::string> runs_on;
};

struct RequirementLess {
  bool operator()(const Requirement& a, const Requirement& b) const;
};

Requirement requirement_of(const ReadyTask& task);

struct TaskClass {
  std::string pool_name;
  std::vector<std::string> runs_on;
  Requirement requirement;  // its texts are the two above

  PoolState* pool = nullptr;          // null = bounded by workers only
  LimitedRun* limited_run = nullptr;  // null = no bound
  PlacementQueue queue;               // its ready tasks
  std::size_t live = 0;

  // Workers that could run it when idle, by id; valid while `seen` is the state's worker_version.
  std::vector<WorkerState*> possible;
  std::uint64_t seen = 0;
};

struct TaskRef {
  RunId run;
  TaskIndex task = 0;
  auto operator<=>(const TaskRef&) const = default;
};

struct TaskRefHash {
  std::size_t operator()(const TaskRef& ref) const noexcept {
    return static_cast<std::size_t>(ref.run.value) * 0x9E3779B97F4A7C15u + ref.task;
  }
};

struct ReadyEntry {
  TaskClass* task_class = nullptr;
  PlacementQueue::Entry entry;
};

struct LiveEntry {
  TaskClass* task_class = nullptr;
  WorkerState* worker = nullptr;
  std::optional<BootTime> since;
};

// Pointers between the parts stay valid: all are map nodes or owned by one.
struct PlacementState {
  std::map<std::string, PoolState, std::less<>> pools;
  std::map<RunId, LimitedRun> limited_runs;
  std::map<WorkerId, WorkerState> workers;
  std::map<Requirement, std::unique_ptr<TaskClass>, RequirementLess> classes;
  std::map<QueueKey, TaskClass*> heads;  // the first ready task of every class that has one
  std::unordered_map<TaskRef, ReadyEntry, TaskRefHash> ready;
  std::unordered_map<TaskRef, LiveEntry, TaskRefHash> live;
  std::uint64_t worker_version = 1;
  std::optional<std::string> paused;

  TaskClass& class_of(const ReadyTask& task);  // made when it is new
  void drop_if_unused(TaskClass& task_class);
  void enqueue(TaskClass& task_class, const PlacementQueue::Entry& entry);
  void dequeue(TaskClass& task_class, const PlacementQueue::Entry& entry);
  // Its first task is granted.
  void dequeue_first(TaskClass& task_class);
  void occupy(TaskClass& task_class, TaskRef ref, WorkerState& worker,
              std::optional<BootTime> since);
  const std::vector<WorkerState*>& possible_workers(TaskClass& task_class);

 private:
  // Around every change of its queue.
  void leave_heads(const TaskClass& task_class);
  void join_heads(TaskClass& task_class);
};

// Could it start if nothing else ran?
bool is_startable(PlacementState& state, TaskClass& task_class);
bool is_possible(const WorkerState& worker, const TaskClass& task_class);
bool has_labels(const WorkerState& worker, const TaskClass& task_class);

}  // namespace tidemill
