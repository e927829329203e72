#include "core/placement.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "core/placement_pass.h"
#include "core/placement_state.h"

namespace tidemill {
namespace {

bool same_view(const WorkerState& worker, const WorkerView& view) {
  const WorkerView& old = worker.view;
  return worker.known && old.name == view.name && old.slots == view.slots &&
         old.queue_ahead == view.queue_ahead && old.labels == view.labels &&
         worker.capacity == to_demand(view.slots, view.capacity) && old.draining == view.draining;
}

}  // namespace

Placement::Placement() : state_(std::make_unique<PlacementState>()) {}
Placement::~Placement() = default;
Placement::Placement(Placement&&) noexcept = default;
Placement& Placement::operator=(Placement&&) noexcept = default;

void Placement::set_pool(const std::string& name, int slots) {
  CHECK(!name.empty() && slots >= 0);
  state_->pools[name].slots = slots;
}

void Placement::remove_pool(const std::string& name) {
  const auto found = state_->pools.find(name);
  if (found == state_->pools.end()) return;
  found->second.slots.reset();
  if (found->second.classes == 0) state_->pools.erase(found);
}

void Placement::set_worker(const WorkerView& worker) {
  CHECK(worker.id && worker.slots >= 0 && worker.queue_ahead >= 0);
  CHECK(std::is_sorted(worker.labels.begin(), worker.labels.end()));
  WorkerState& state = state_->workers[worker.id];
  if (same_view(state, worker)) return;
  state.view = worker;
  state.known = true;
  state.capacity = to_demand(worker.slots, worker.capacity);
  ++state_->worker_version;
}

void Placement::remove_worker(WorkerId worker) {
  const auto found = state_->workers.find(worker);
  if (found == state_->workers.end()) return;
  found->second.known = false;
  if (found->second.live == 0) state_->workers.erase(found);
  ++state_->worker_version;
}

void Placement::pause(std::string reason) { state_->paused = std::move(reason); }
void Placement::resume() { state_->paused.reset(); }

void Placement::add_ready(const ReadyTask& task) {
  const TaskRef ref{task.run, task.task};
  CHECK(!state_->live.contains(ref));
  remove_ready(task.run, task.task);
  TaskClass& task_class = state_->class_of(task);
  const PlacementQueue::Entry entry = PlacementQueue::entry_of(task);
  state_->enqueue(task_class, entry);
  state_->ready.emplace(ref, ReadyEntry{&task_class, entry});
}

bool Placement::remove_ready(RunId run, TaskIndex task) {
  const auto found = state_->ready.find({run, task});
  if (found == state_->ready.end()) return false;
  const ReadyEntry entry = found->second;
  state_->ready.erase(found);
  state_->dequeue(*entry.task_class, entry.entry);
  state_->drop_if_unused(*entry.task_class);
  return true;
}

void Placement::occupy(const ReadyTask& task, WorkerId worker, std::optional<BootTime> since) {
  CHECK(worker);
  remove_ready(task.run, task.task);
  release(task.run, task.task);
  WorkerState& state = state_->workers[worker];
  state.view.id = worker;
  state_->occupy(state_->class_of(task), {task.run, task.task}, state, since);
}

bool Placement::release(RunId run, TaskIndex task) {
  const auto found = state_->live.find({run, task});
  if (found == state_->live.end()) return false;
  const LiveEntry entry = found->second;
  state_->live.erase(found);

  TaskClass& task_class = *entry.task_class;
  entry.worker->used -= task_class.requirement.demand;
  if (task_class.pool != nullptr) task_class.pool->used -= task_class.requirement.demand.slots;
  if (task_class.limited_run != nullptr) --task_class.limited_run->live;
  --task_class.live;
  if (--entry.worker->live == 0 && !entry.worker->known) {
    state_->workers.erase(entry.worker->view.id);
  }
  state_->drop_if_unused(task_class);
  return true;
}

std::vector<Grant> Placement::place(BootTime now) {
  std::vector<Grant> grants;
  if (state_->paused || state_->heads.empty()) return grants;
  PlacementPass pass(*state_, now);
  for (auto next = state_->heads.begin(); !pass.is_over() && next != state_->heads.end();) {
    const QueueKey key = next->first;
    TaskClass& task_class = *next->second;
    WorkerState* worker = pass.fit(task_class);
    if (worker == nullptr) {
      pass.block(task_class);
      ++next;
      continue;
    }
    state_->dequeue_first(task_class);
    state_->ready.erase({key.run, key.task});
    state_->occupy(task_class, {key.run, key.task}, *worker, now);
    pass.grant(task_class);
    grants.push_back({key.run, key.task, worker->view.id});
    next = state_->heads.upper_bound(key);
  }
  return grants;
}

std::size_t Placement::ready_count() const { return state_->ready.size(); }
std::size_t Placement::live_count() const { return state_->live.size(); }

std::optional<Holder> Placement::holder(RunId run, TaskIndex task) const {
  const auto found = state_->live.find({run, task});
  if (found == state_->live.end()) return std::nullopt;
  const LiveEntry& entry = found->second;
  return Holder{run, task, entry.worker->view.id, entry.task_class->requirement.demand.slots,
                entry.since};
}

std::string Placement::worker_name(WorkerId worker) const {
  const auto found = state_->workers.find(worker);
  if (found != state_->workers.end() && !found->second.view.name.empty()) {
    return found->second.view.name;
  }
  return fmt::format("worker {}", worker.value);
}

bool Placement::is_granted_ahead(WorkerId worker) const {
  const auto found = state_->workers.find(worker);
  return found != state_->workers.end() && found->second.known &&
         found->second.used.slots > found->second.capacity.slots;
}

Blocker Placement::why_waiting(RunId run, TaskIndex task, BootTime now) const {
  return blockers(run, task, now).front();
}

}  // namespace tidemill
