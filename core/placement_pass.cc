#include "core/placement_pass.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace tidemill {
namespace {

// a is less loaded than b: fewer slots in use for each it has.
bool less_loaded(const WorkerState& a, const WorkerState& b) {
  return a.used.slots * b.capacity.slots < b.used.slots * a.capacity.slots;
}

std::int64_t lacking(std::int64_t used, std::int64_t held, std::int64_t asked,
                     std::int64_t capacity) {
  return asked == 0 || capacity == 0 ? 0
                                     : std::max<std::int64_t>(0, used + held + asked - capacity);
}

// How far a worker is from having room. It shrinks only when something ends there, so a reservation
// moves to another worker only when that one is nearer: it cannot wander for ever.
std::array<std::int64_t, 4> distance(const WorkerState& worker, const Demand& held,
                                     const Demand& asked) {
  const Demand& used = worker.used;
  const Demand& capacity = worker.capacity;
  return {lacking(used.gpu, held.gpu, asked.gpu, capacity.gpu),
          lacking(used.slots, held.slots, asked.slots, capacity.slots),
          lacking(used.memory, held.memory, asked.memory, capacity.memory),
          lacking(used.milli_cpu, held.milli_cpu, asked.milli_cpu, capacity.milli_cpu)};
}

std::int64_t free_slots(const WorkerState& worker) {
  return std::max<std::int64_t>(0, worker.capacity.slots - worker.used.slots);
}

std::int64_t free_ahead(const WorkerState& worker) {
  const std::int64_t queued = std::max<std::int64_t>(0, worker.used.slots - worker.capacity.slots);
  return std::max<std::int64_t>(0, worker.view.queue_ahead - queued);
}

template <typename Holds, typename Place>
const auto* find_hold(const Holds& holds, const Place* place) {
  const auto found = holds.find(place);
  return found == holds.end() ? nullptr : &found->second;
}

}  // namespace

PlacementPass::PlacementPass(PlacementState& state, BootTime now) : state_(state), now_(now) {
  for (const auto& [id, worker] : state.workers) {
    if (worker.known && !worker.view.draining) room_ += free_slots(worker) + free_ahead(worker);
  }
}

WorkerState* PlacementPass::fit(TaskClass& task_class) const {
  if (!run_has_room(task_class) || !pool_has_room(task_class)) return nullptr;
  const Demand& demand = task_class.requirement.demand;
  const auto& possible = state_.possible_workers(task_class);
  WorkerState* best = nullptr;
  for (WorkerState* worker : possible) {
    if (!has_room(*worker, held(*worker), demand, 0)) continue;
    if (best == nullptr || less_loaded(*worker, *best)) best = worker;
  }
  if (best != nullptr || !may_run_ahead(task_class)) return best;
  WorkerState* only = possible.front();
  return has_room(*only, held(*only), demand, only->view.queue_ahead) ? only : nullptr;
}

bool PlacementPass::run_has_room(const TaskClass& task_class) const {
  const LimitedRun* run = task_class.limited_run;
  if (run == nullptr) return true;
  const Hold* hold = find_hold(run_holds_, run);
  const std::int64_t held = hold == nullptr ? 0 : hold->count;
  return run->live + held < task_class.requirement.max_active_tasks;
}

bool PlacementPass::pool_has_room(const TaskClass& task_class) const {
  const PoolState* pool = task_class.pool;
  if (pool == nullptr) return true;
  if (!pool->slots) return false;
  const Hold* hold = find_hold(pool_holds_, pool);
  const std::int64_t held = hold == nullptr ? 0 : hold->count;
  return pool->used + held + task_class.requirement.demand.slots <= *pool->slots;
}

Demand PlacementPass::held(const WorkerState& worker) const {
  const WorkerHold* hold = find_hold(worker_holds_, &worker);
  return hold == nullptr ? Demand{} : hold->demand;
}

bool PlacementPass::may_run_ahead(TaskClass& task_class) const {
  if (task_class.pool != nullptr || task_class.limited_run != nullptr) return false;
  const Demand& demand = task_class.requirement.demand;
  if (demand.asks_resources() || demand.slots > 1) return false;
  if (!task_class.queue.empty() && !task_class.queue.first().short_or_unknown) return false;
  const auto& possible = state_.possible_workers(task_class);
  return possible.size() == 1 && possible.front()->view.queue_ahead > 0 &&
         !no_ahead_.contains(possible.front());
}

void PlacementPass::block(TaskClass& task_class) {
  CHECK(!task_class.queue.empty());
  // What can never start must not keep anything from those that can.
  if (!is_startable(state_, task_class)) return;
  if (run_has_room(task_class) && pool_has_room(task_class)) {
    const std::int64_t slots = task_class.requirement.demand.slots;
    for (const WorkerState* worker : state_.possible_workers(task_class)) {
      if (worker->used.slots + slots <= worker->capacity.slots) continue;
      if (no_ahead_.insert(worker).second) room_ -= free_ahead(*worker);
    }
  }
  if (now_ - task_class.queue.first_place() >= kReserveAfter) reserve(task_class);
}

// Run, pool and worker in this order, each only when those before it have room: nothing is kept
// idle for a task that could not use it yet. Every step stays held in the next pass, so the task
// gets nearer with each attempt that ends and never loses what it has won.
void PlacementPass::reserve(TaskClass& task_class) {
  const QueueKey& by = task_class.queue.first_key();
  const Demand& demand = task_class.requirement.demand;
  const bool has_run = run_has_room(task_class);
  const bool has_pool = pool_has_room(task_class);
  if (task_class.limited_run != nullptr) {
    run_holds_.try_emplace(task_class.limited_run, Hold{0, by}).first->second.count += 1;
  }
  if (!has_run) return;
  if (task_class.pool != nullptr) {
    pool_holds_.try_emplace(task_class.pool, Hold{0, by}).first->second.count += demand.slots;
  }
  if (!has_pool) return;
  const WorkerState* worker = nearest_to_room(task_class);
  worker_holds_.try_emplace(worker, WorkerHold{{}, by}).first->second.demand += demand;
}

WorkerState* PlacementPass::nearest_to_room(TaskClass& task_class) const {
  const Demand& demand = task_class.requirement.demand;
  const auto& possible = state_.possible_workers(task_class);
  return *std::min_element(possible.begin(), possible.end(),
                           [&](const WorkerState* a, const WorkerState* b) {
                             return distance(*a, held(*a), demand) < distance(*b, held(*b), demand);
                           });
}

const QueueKey* PlacementPass::holds_run(const TaskClass& task_class) const {
  const Hold* hold = find_hold(run_holds_, task_class.limited_run);
  return hold == nullptr ? nullptr : &hold->by;
}

const QueueKey* PlacementPass::holds_pool(const TaskClass& task_class) const {
  const Hold* hold = find_hold(pool_holds_, task_class.pool);
  return hold == nullptr ? nullptr : &hold->by;
}

const QueueKey* PlacementPass::holds_worker(const WorkerState& worker) const {
  const WorkerHold* hold = find_hold(worker_holds_, &worker);
  return hold == nullptr ? nullptr : &hold->by;
}

}  // namespace tidemill
