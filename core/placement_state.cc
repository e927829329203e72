#include "core/placement_state.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/check.h"

namespace tidemill {
namespace {

// Larger askings than any machine has are as good as these, and sums of them cannot overflow.
constexpr std::int64_t kMaxMilliCpu = 1'000'000'000;
constexpr std::int64_t kMaxMemory = std::int64_t{1} << 50;

std::int64_t to_milli(double cpu) {
  if (!(cpu > 0)) return 0;
  if (cpu >= static_cast<double>(kMaxMilliCpu) / 1000) return kMaxMilliCpu;
  return std::max<std::int64_t>(1, std::llround(cpu * 1000));
}

bool fits(std::int64_t used, std::int64_t held, std::int64_t asked, std::int64_t capacity) {
  return asked == 0 || used + held + asked <= capacity;
}

// An unknown capacity does not limit.
bool fits_if_known(std::int64_t used, std::int64_t held, std::int64_t asked,
                   std::int64_t capacity) {
  return capacity == 0 || fits(used, held, asked, capacity);
}

}  // namespace

Demand& Demand::operator+=(const Demand& other) {
  slots += other.slots;
  milli_cpu += other.milli_cpu;
  memory += other.memory;
  gpu += other.gpu;
  return *this;
}

Demand& Demand::operator-=(const Demand& other) {
  slots -= other.slots;
  milli_cpu -= other.milli_cpu;
  memory -= other.memory;
  gpu -= other.gpu;
  return *this;
}

Demand to_demand(int slots, const Resources& resources) {
  const auto memory = std::min<std::uint64_t>(resources.memory, kMaxMemory);
  return {slots, to_milli(resources.cpu), static_cast<std::int64_t>(memory), resources.gpu};
}

bool has_room(const WorkerState& worker, const Demand& held, const Demand& demand, int ahead) {
  const Demand& used = worker.used;
  const Demand& capacity = worker.capacity;
  return fits(used.slots, held.slots, demand.slots, capacity.slots + ahead) &&
         fits_if_known(used.milli_cpu, held.milli_cpu, demand.milli_cpu, capacity.milli_cpu) &&
         fits_if_known(used.memory, held.memory, demand.memory, capacity.memory) &&
         fits(used.gpu, held.gpu, demand.gpu, capacity.gpu);
}

bool RequirementLess::operator()(const Requirement& a, const Requirement& b) const {
  const auto left = std::tie(a.demand, a.run, a.max_active_tasks, a.pool);
  const auto right = std::tie(b.demand, b.run, b.max_active_tasks, b.pool);
  if (left != right) return left < right;
  return std::lexicographical_compare(a.runs_on.begin(), a.runs_on.end(), b.runs_on.begin(),
                                      b.runs_on.end());
}

Requirement requirement_of(const ReadyTask& task) {
  CHECK(task.slots >= 1);
  CHECK(std::is_sorted(task.runs_on.begin(), task.runs_on.end()));
  const bool limited = task.max_active_tasks > 0;
  return {to_demand(task.slots, task.resources), limited ? task.run : RunId{},
          limited ? task.max_active_tasks : 0, task.pool, task.runs_on};
}

bool has_labels(const WorkerState& worker, const TaskClass& task_class) {
  const auto& labels = worker.view.labels;
  return std::includes(labels.begin(), labels.end(), task_class.runs_on.begin(),
                       task_class.runs_on.end());
}

bool is_possible(const WorkerState& worker, const TaskClass& task_class) {
  if (!worker.known || worker.view.draining || !has_labels(worker, task_class)) return false;
  Demand idle;
  idle -= worker.used;  // held = -used: as if nothing ran there
  return has_room(worker, idle, task_class.requirement.demand, 0);
}

bool is_startable(PlacementState& state, TaskClass& task_class) {
  const PoolState* pool = task_class.pool;
  if (pool != nullptr) {
    if (!pool->slots || task_class.requirement.demand.slots > *pool->slots) return false;
  }
  return !state.possible_workers(task_class).empty();
}

TaskClass& PlacementState::class_of(const ReadyTask& task) {
  const Requirement wanted = requirement_of(task);
  const auto found = classes.find(wanted);
  if (found != classes.end()) return *found->second;

  auto made = std::make_unique<TaskClass>();
  made->pool_name = task.pool;
  made->runs_on = task.runs_on;
  made->requirement = wanted;
  made->requirement.pool = made->pool_name;
  made->requirement.runs_on = made->runs_on;
  if (!task.pool.empty()) made->pool = &pools[task.pool];
  if (made->pool != nullptr) ++made->pool->classes;
  if (wanted.run) made->limited_run = &limited_runs[wanted.run];
  if (made->limited_run != nullptr) ++made->limited_run->classes;
  const Requirement key = made->requirement;
  return *classes.emplace(key, std::move(made)).first->second;
}

void PlacementState::drop_if_unused(TaskClass& task_class) {
  if (!task_class.queue.empty() || task_class.live > 0) return;
  if (task_class.pool != nullptr) {
    if (--task_class.pool->classes == 0 && !task_class.pool->slots) {
      pools.erase(task_class.pool_name);
    }
  }
  if (task_class.limited_run != nullptr && --task_class.limited_run->classes == 0) {
    limited_runs.erase(task_class.requirement.run);
  }
  const auto found = classes.find(task_class.requirement);
  CHECK(found != classes.end() && found->second.get() == &task_class);
  classes.erase(found);
}

void PlacementState::leave_heads(const TaskClass& task_class) {
  if (!task_class.queue.empty()) CHECK(heads.erase(task_class.queue.first_key()) == 1);
}

void PlacementState::join_heads(TaskClass& task_class) {
  if (!task_class.queue.empty()) heads.emplace(task_class.queue.first_key(), &task_class);
}

void PlacementState::enqueue(TaskClass& task_class, const PlacementQueue::Entry& entry) {
  leave_heads(task_class);
  task_class.queue.add(entry);
  join_heads(task_class);
}

void PlacementState::dequeue(TaskClass& task_class, const PlacementQueue::Entry& entry) {
  leave_heads(task_class);
  task_class.queue.remove(entry);
  join_heads(task_class);
}

void PlacementState::dequeue_first(TaskClass& task_class) {
  leave_heads(task_class);
  task_class.queue.take_first();
  join_heads(task_class);
}

void PlacementState::occupy(TaskClass& task_class, TaskRef ref, WorkerState& worker,
                            std::optional<BootTime> since) {
  CHECK(live.emplace(ref, LiveEntry{&task_class, &worker, since}).second);
  worker.used += task_class.requirement.demand;
  ++worker.live;
  if (task_class.pool != nullptr) task_class.pool->used += task_class.requirement.demand.slots;
  if (task_class.limited_run != nullptr) ++task_class.limited_run->live;
  ++task_class.live;
}

const std::vector<WorkerState*>& PlacementState::possible_workers(TaskClass& task_class) {
  if (task_class.seen != worker_version) {
    task_class.possible.clear();
    for (auto& [id, worker] : workers) {
      if (is_possible(worker, task_class)) task_class.possible.push_back(&worker);
    }
    task_class.seen = worker_version;
  }
  return task_class.possible;
}

}  // namespace tidemill
