// Everything that Placement keeps step by step, counted again from the live and ready tasks.
#include <map>

#include "base/check.h"
#include "core/placement_state.h"

namespace tidemill {
namespace {

struct Counted {
  std::map<const WorkerState*, Demand> used;
  std::map<const WorkerState*, std::size_t> attempts;
  std::map<const PoolState*, std::int64_t> pool_slots;
  std::map<const LimitedRun*, std::int64_t> run_live;
  std::map<const TaskClass*, std::size_t> class_live;
};

Counted count_live(const PlacementState& state) {
  Counted counted;
  for (const auto& [ref, entry] : state.live) {
    const TaskClass& task_class = *entry.task_class;
    counted.used[entry.worker] += task_class.requirement.demand;
    ++counted.attempts[entry.worker];
    ++counted.class_live[&task_class];
    if (task_class.pool != nullptr) {
      counted.pool_slots[task_class.pool] += task_class.requirement.demand.slots;
    }
    if (task_class.limited_run != nullptr) ++counted.run_live[task_class.limited_run];
    CHECK(!state.ready.contains(ref));
  }
  return counted;
}

void check_use(const PlacementState& state, Counted& counted) {
  for (const auto& [id, worker] : state.workers) {
    CHECK(worker.view.id == id);
    CHECK(worker.used == counted.used[&worker]);
    CHECK(worker.live == counted.attempts[&worker]);
    CHECK(worker.known || worker.live > 0);
  }
  for (const auto& [name, pool] : state.pools) {
    CHECK(pool.used == counted.pool_slots[&pool]);
    CHECK(pool.slots || pool.classes > 0);
  }
  for (const auto& [run, limited] : state.limited_runs) {
    CHECK(limited.live == counted.run_live[&limited]);
    CHECK(limited.classes > 0);
  }
}

void check_queues(const PlacementState& state, Counted& counted) {
  std::size_t queued = 0;
  std::size_t heads = 0;
  for (const auto& [requirement, task_class] : state.classes) {
    queued += task_class->queue.size();
    CHECK(task_class->live == counted.class_live[task_class.get()]);
    CHECK(task_class->live > 0 || !task_class->queue.empty());
    if (task_class->queue.empty()) continue;
    task_class->queue.check();
    const auto head = state.heads.find(task_class->queue.first_key());
    CHECK(head != state.heads.end() && head->second == task_class.get());
    ++heads;
  }
  CHECK(queued == state.ready.size());
  CHECK(heads == state.heads.size());
  for (const auto& [ref, entry] : state.ready) {
    CHECK(entry.entry.run == ref.run && entry.entry.task == ref.task);
    CHECK(entry.task_class->queue.contains(entry.entry));
  }
}

}  // namespace

void Placement::check() const {
  Counted counted = count_live(*state_);
  check_use(*state_, counted);
  check_queues(*state_, counted);
}

}  // namespace tidemill
