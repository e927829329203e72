// Why a ready task is not granted: the same tests as the pass that grants, told one by one.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "core/placement_pass.h"
#include "core/placement_state.h"

namespace tidemill {
namespace {

using Kind = Blocker::Kind;

struct Asked {
  PlacementState& state;
  TaskClass& task_class;
  const PlacementQueue::Entry& entry;
  QueueKey key;

  const Demand& demand() const { return task_class.requirement.demand; }
  Blocker blocker(Kind kind) const {
    Blocker made;
    made.kind = kind;
    made.longer_ahead = task_class.queue.count_passing(entry);
    made.since = entry.since;
    return made;
  }
};

// One part of a demand, to say the same thing of slots, cores, memory and devices.
struct Part {
  const char* name;
  std::int64_t Demand::*amount;
  bool unknown_is_unlimited;
};

constexpr std::array<Part, 4> kParts = {{{"slots", &Demand::slots, false},
                                         {"gpu", &Demand::gpu, false},
                                         {"memory", &Demand::memory, true},
                                         {"cpu", &Demand::milli_cpu, true}}};

template <typename Matches>
std::vector<Holder> holders(const PlacementState& state, std::int64_t Demand::*amount,
                            Matches matches) {
  std::vector<Holder> found;
  for (const auto& [ref, entry] : state.live) {
    const std::int64_t holds = entry.task_class->requirement.demand.*amount;
    if (holds == 0 || !matches(entry)) continue;
    found.push_back({ref.run, ref.task, entry.worker->view.id, holds, entry.since});
  }
  // Those from before a restart have no time and are the oldest.
  std::sort(found.begin(), found.end(), [](const Holder& a, const Holder& b) {
    return std::tie(a.since, a.run, a.task) < std::tie(b.since, b.run, b.task);
  });
  return found;
}

// Ready tasks before this one that wait for the same thing.
template <typename Competes>
std::size_t count_ahead(const Asked& asked, Competes competes) {
  std::size_t ahead = 0;
  for (const auto& [requirement, other] : asked.state.classes) {
    if (!competes(*other)) continue;
    ahead += other->queue.count_before(asked.key);
  }
  return ahead;
}

bool shares_worker(const Asked& asked, TaskClass& other) {
  const auto& mine = asked.state.possible_workers(asked.task_class);
  const auto& theirs = asked.state.possible_workers(other);
  return std::any_of(mine.begin(), mine.end(), [&](const WorkerState* worker) {
    return std::find(theirs.begin(), theirs.end(), worker) != theirs.end();
  });
}

// Labels that no worker has, or, when every one exists somewhere, all that no worker has together.
std::string missing_labels(const Asked& asked) {
  std::string missing;
  std::string all;
  for (const std::string& label : asked.task_class.runs_on) {
    const bool exists = std::any_of(
        asked.state.workers.begin(), asked.state.workers.end(), [&](const auto& entry) {
          const auto& labels = entry.second.view.labels;
          return entry.second.known && std::binary_search(labels.begin(), labels.end(), label);
        });
    all += (all.empty() ? "" : ", ") + label;
    if (!exists) missing += (missing.empty() ? "" : ", ") + label;
  }
  return missing.empty() ? all : missing;
}

// The task is larger than every worker that has its labels: the part that is closest to fitting.
Blocker too_big(const Asked& asked) {
  Blocker blocker = asked.blocker(Kind::too_big);
  for (const Part& part : kParts) {
    std::int64_t largest = 0;
    bool fits_somewhere = false;
    for (const auto& [id, worker] : asked.state.workers) {
      if (!worker.known || worker.view.draining || !has_labels(worker, asked.task_class)) continue;
      const std::int64_t capacity = worker.capacity.*part.amount;
      largest = std::max(largest, capacity);
      if (part.unknown_is_unlimited && capacity == 0) fits_somewhere = true;
    }
    const std::int64_t wanted = asked.demand().*part.amount;
    if (fits_somewhere || wanted == 0 || wanted <= largest) continue;
    blocker.what = part.name;
    blocker.needed = wanted;
    blocker.total = largest;
    return blocker;
  }
  return blocker;  // each part fits somewhere, but no worker has all of them
}

std::optional<Blocker> no_possible_worker(const Asked& asked) {
  if (!asked.state.possible_workers(asked.task_class).empty()) return std::nullopt;
  std::size_t known = 0;
  std::size_t labelled = 0;
  std::size_t open = 0;
  for (const auto& [id, worker] : asked.state.workers) {
    if (!worker.known) continue;
    ++known;
    if (!has_labels(worker, asked.task_class)) continue;
    ++labelled;
    if (!worker.view.draining) ++open;
  }
  Blocker blocker = asked.blocker(Kind::no_worker);
  if (known == 0) return blocker;
  if (labelled == 0) {
    blocker.kind = Kind::no_label;
    blocker.what = missing_labels(asked);
    blocker.workers = known;
    return blocker;
  }
  if (open > 0) return too_big(asked);
  blocker.kind = Kind::draining;
  blocker.workers = labelled;
  return blocker;
}

std::optional<Blocker> impossible_pool(const Asked& asked) {
  const PoolState* pool = asked.task_class.pool;
  if (pool == nullptr) return std::nullopt;
  Blocker blocker = asked.blocker(Kind::pool_unknown);
  blocker.what = asked.task_class.pool_name;
  blocker.needed = asked.demand().slots;
  if (!pool->slots) return blocker;
  blocker.kind = Kind::pool_too_small;
  blocker.total = *pool->slots;
  if (blocker.needed > blocker.total) return blocker;
  return std::nullopt;
}

std::optional<Blocker> full_pool(const Asked& asked) {
  const PoolState* pool = asked.task_class.pool;
  if (pool == nullptr || pool->used + asked.demand().slots <= *pool->slots) return std::nullopt;
  Blocker blocker = asked.blocker(Kind::pool_full);
  blocker.what = asked.task_class.pool_name;
  blocker.needed = asked.demand().slots;
  blocker.in_use = pool->used;
  blocker.total = *pool->slots;
  blocker.ahead = count_ahead(asked, [&](const TaskClass& other) { return other.pool == pool; });
  blocker.holders = holders(asked.state, &Demand::slots,
                            [&](const LiveEntry& entry) { return entry.task_class->pool == pool; });
  return blocker;
}

std::optional<Blocker> full_run(const Asked& asked) {
  const LimitedRun* run = asked.task_class.limited_run;
  const std::int64_t most = asked.task_class.requirement.max_active_tasks;
  if (run == nullptr || run->live < most) return std::nullopt;
  Blocker blocker = asked.blocker(Kind::run_full);
  blocker.needed = 1;
  blocker.in_use = run->live;
  blocker.total = most;
  blocker.ahead = count_ahead(asked,
                              [&](const TaskClass& other) { return other.limited_run == run; });
  blocker.holders = holders(asked.state, &Demand::slots, [&](const LiveEntry& entry) {
    return entry.task_class->limited_run == run;
  });
  return blocker;
}

// The part that keeps the task from a worker: slots only when no worker has enough of them free.
const Part* scarce_part(const Asked& asked, const std::vector<WorkerState*>& possible) {
  const Part* scarce = nullptr;
  for (const WorkerState* worker : possible) {
    if (has_room(*worker, {}, asked.demand(), 0)) return nullptr;
    for (const Part& part : kParts) {
      const std::int64_t capacity = worker->capacity.*part.amount;
      const std::int64_t wanted = asked.demand().*part.amount;
      if (wanted == 0 || (part.unknown_is_unlimited && capacity == 0)) continue;
      if (worker->used.*part.amount + wanted <= capacity) continue;
      if (scarce == nullptr || scarce == &kParts[0]) scarce = &part;
      break;
    }
  }
  return scarce;
}

std::optional<Blocker> full_workers(const Asked& asked) {
  const auto& possible = asked.state.possible_workers(asked.task_class);
  const Part* scarce = scarce_part(asked, possible);
  if (scarce == nullptr) return std::nullopt;
  const bool slots = scarce == &kParts[0];
  Blocker blocker = asked.blocker(slots ? Kind::no_slot : Kind::resources);
  blocker.what = scarce->name;
  blocker.needed = asked.demand().*scarce->amount;
  blocker.workers = possible.size();
  for (const WorkerState* worker : possible) {
    blocker.in_use += worker->used.*scarce->amount;
    blocker.total += worker->capacity.*scarce->amount;
  }
  blocker.ahead = count_ahead(asked, [&](TaskClass& other) { return shares_worker(asked, other); });
  blocker.holders = holders(asked.state, scarce->amount, [&](const LiveEntry& entry) {
    return std::find(possible.begin(), possible.end(), entry.worker) != possible.end();
  });
  return blocker;
}

const QueueKey* reserved_by(const Asked& asked, const PlacementPass& pass, std::string& what) {
  if (const QueueKey* by = pass.holds_run(asked.task_class)) return by;
  if (const QueueKey* by = pass.holds_pool(asked.task_class)) {
    what = asked.task_class.pool_name;
    return by;
  }
  for (const WorkerState* worker : asked.state.possible_workers(asked.task_class)) {
    if (const QueueKey* by = pass.holds_worker(*worker)) return by;
  }
  return nullptr;
}

// There is room, so only the tasks before it in the order can be the reason.
Blocker behind(const Asked& asked, BootTime now) {
  PlacementPass pass(asked.state, now);
  bool first = true;
  for (const auto& [key, task_class] : asked.state.heads) {
    if (!(key < asked.key)) break;
    first = false;
    if (pass.fit(*task_class) == nullptr) pass.block(*task_class);
  }
  Blocker blocker = asked.blocker(first ? Kind::none : Kind::behind_others);
  blocker.ahead = count_ahead(asked, [&](TaskClass& other) { return shares_worker(asked, other); });
  if (pass.fit(asked.task_class) != nullptr) {
    if (blocker.ahead == 0) blocker.kind = Kind::none;
    return blocker;
  }
  const QueueKey* by = reserved_by(asked, pass, blocker.what);
  CHECK(by != nullptr);
  blocker.kind = Kind::reserved;
  const ReadyEntry& holds = asked.state.ready.at({by->run, by->task});
  blocker.holders.push_back({by->run, by->task, {}, 0, holds.entry.since});
  return blocker;
}

}  // namespace

std::vector<Placement::Stuck> Placement::stuck() const {
  std::vector<Stuck> found;
  for (const auto& [requirement, task_class] : state_->classes) {
    if (task_class->queue.empty() || is_startable(*state_, *task_class)) continue;
    const PlacementQueue::Entry& oldest = task_class->queue.oldest();
    found.push_back({oldest.run, oldest.task, oldest.since});
  }
  return found;
}

std::vector<Placement::Stuck> Placement::first_of_each_kind() const {
  std::vector<Stuck> found;
  for (const auto& [requirement, task_class] : state_->classes) {
    if (task_class->queue.empty()) continue;
    const PlacementQueue::Entry& oldest = task_class->queue.oldest();
    found.push_back({oldest.run, oldest.task, oldest.since});
  }
  return found;
}

std::vector<Blocker> Placement::blockers(RunId run, TaskIndex task, BootTime now) const {
  const auto found = state_->ready.find({run, task});
  if (found == state_->ready.end()) return {Blocker{}};
  TaskClass& task_class = *found->second.task_class;
  const PlacementQueue::Entry& entry = found->second.entry;
  const Asked asked{*state_, task_class, entry, task_class.queue.key_of(entry)};

  std::vector<Blocker> reasons;
  const auto add = [&](std::optional<Blocker> reason) {
    if (reason) reasons.push_back(std::move(*reason));
  };
  if (state_->paused) {
    reasons.push_back(asked.blocker(Kind::paused));
    reasons.back().what = *state_->paused;
  }
  add(no_possible_worker(asked));
  add(impossible_pool(asked));
  if (!is_startable(*state_, task_class)) return reasons;
  add(full_run(asked));
  add(full_pool(asked));
  add(full_workers(asked));
  if (reasons.empty()) reasons.push_back(behind(asked, now));
  return reasons;
}

}  // namespace tidemill
