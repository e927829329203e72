#include "core/placement_queue.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace tidemill {
namespace {

// A task that is shorter than this is granted ahead of a free slot, as are those nobody knows: what
// a longer one would gain by it is less than the harm of being bound before others are ready.
constexpr Duration kShortTask = std::chrono::milliseconds(100);

Duration share(int priority) { return (priority - 1) * kPriorityStep; }

}  // namespace

PlacementQueue::Entry PlacementQueue::entry_of(const ReadyTask& task) {
  CHECK(task.way >= Duration{});
  return {task.run,  task.priority, task.since - kWayWeight * task.way,
          task.task, task.since,    task.expected < kShortTask};
}

QueueKey PlacementQueue::first_key_of(const Kin& kin) {
  const Entry& first = *kin.tasks.begin();
  return {kin.places.begin()->first + share(first.priority), first.run, first.turn, first.task};
}

const PlacementQueue::Kin& PlacementQueue::kin_of(const Entry& entry) const {
  const auto found = kins_.find({entry.run, entry.priority});
  CHECK(found != kins_.end());
  return found->second;
}

void PlacementQueue::leave_order(const Kin& kin) {
  if (!kin.tasks.empty()) CHECK(order_.erase(first_key_of(kin)) == 1);
}

void PlacementQueue::join_order(KinKey key, Kin& kin) {
  CHECK(kin.tasks.empty() == kin.places.empty());
  if (kin.tasks.empty()) {
    kins_.erase(key);
  } else {
    CHECK(order_.emplace(first_key_of(kin), &kin).second);
  }
}

void PlacementQueue::drop_place(Kin& kin, BootTime place) {
  auto found = kin.places.find(place);
  if (found == kin.places.end()) found = kin.places.begin();
  if (--found->second == 0) kin.places.erase(found);
}

void PlacementQueue::add(const Entry& entry) {
  const KinKey key{entry.run, entry.priority};
  Kin& kin = kins_[key];
  leave_order(kin);
  CHECK(kin.tasks.insert(entry).second);
  ++kin.places[entry.since];
  ++size_;
  join_order(key, kin);
}

void PlacementQueue::take_first() {
  const Entry entry = first();
  const KinKey key{entry.run, entry.priority};
  Kin& kin = kins_.at(key);
  leave_order(kin);
  kin.tasks.erase(kin.tasks.begin());
  drop_place(kin, kin.places.begin()->first);
  --size_;
  join_order(key, kin);
}

void PlacementQueue::remove(const Entry& entry) {
  const KinKey key{entry.run, entry.priority};
  Kin& kin = kins_.at(key);
  leave_order(kin);
  CHECK(kin.tasks.erase(entry) == 1);
  drop_place(kin, entry.since);
  --size_;
  join_order(key, kin);
}

const PlacementQueue::Entry& PlacementQueue::oldest() const {
  const std::set<Entry>& tasks = order_.begin()->second->tasks;
  return *std::min_element(tasks.begin(), tasks.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.since, a.task) < std::tie(b.since, b.task);
  });
}

QueueKey PlacementQueue::key_of(const Entry& entry) const {
  const Kin& kin = kin_of(entry);
  auto place = kin.places.begin();
  std::size_t left = place->second;
  for (const Entry& task : kin.tasks) {
    if (left == 0) left = (++place)->second;
    if (task == entry) break;
    --left;
  }
  return {place->first + share(entry.priority), entry.run, entry.turn, entry.task};
}

std::size_t PlacementQueue::count_before(const QueueKey& key) const {
  std::size_t count = 0;
  for (const auto& [kin_key, kin] : kins_) {
    auto place = kin.places.begin();
    std::size_t left = place->second;
    for (const Entry& task : kin.tasks) {
      if (left == 0) left = (++place)->second;
      const QueueKey its{place->first + share(task.priority), task.run, task.turn, task.task};
      if (!(its < key)) break;
      ++count;
      --left;
    }
  }
  return count;
}

std::size_t PlacementQueue::count_passing(const Entry& entry) const {
  const std::set<Entry>& tasks = kin_of(entry).tasks;
  return static_cast<std::size_t>(
      std::count_if(tasks.begin(), tasks.find(entry),
                    [&](const Entry& other) { return other.since > entry.since; }));
}

bool PlacementQueue::contains(const Entry& entry) const {
  const auto kin = kins_.find({entry.run, entry.priority});
  return kin != kins_.end() && kin->second.tasks.contains(entry);
}

void PlacementQueue::check() const {
  std::size_t tasks = 0;
  for (const auto& [key, kin] : kins_) {
    std::size_t places = 0;
    for (const auto& [place, count] : kin.places) places += count;
    CHECK(!kin.tasks.empty() && places == kin.tasks.size());
    const auto found = order_.find(first_key_of(kin));
    CHECK(found != order_.end() && found->second == &kin);
    for (const Entry& task : kin.tasks) CHECK(KinKey(task.run, task.priority) == key);
    tasks += places;
  }
  CHECK(tasks == size_ && order_.size() == kins_.size());
}

}  // namespace tidemill
