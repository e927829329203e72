// The ready tasks of one class in order. Each holds a place: since when it is ready, and its
// priority's share. Tasks of one run and one priority are kin and exchange their places: whoever
// is first among them takes the earliest. So for everybody else the queue is as if each kept its
// own, and only within a run does a longer way ahead go first.
//
// Among kin the order is by turn, which is since when it is ready less kWayWeight times its way
// ahead: a task is passed only by such as became ready within so many times the difference of their
// ways, so none of them waits for ever. Tasks without a way are in the order in which they became
// ready.
//
// Cost: O(log n) to add, remove and take; O(n) where said so.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/placement.h"

namespace tidemill {

inline constexpr int kWayWeight = 4;

struct QueueKey {
  BootTime virtual_start;  // of the place
  RunId run;
  BootTime turn;
  TaskIndex task = 0;
  auto operator<=>(const QueueKey&) const = default;
};

class PlacementQueue {
 public:
  struct Entry {
    RunId run;
    int priority = 5;
    BootTime turn;
    TaskIndex task = 0;
    BootTime since;
    bool short_or_unknown = true;
    auto operator<=>(const Entry&) const = default;
  };

  static Entry entry_of(const ReadyTask& task);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Of the first task. The queue must not be empty.
  const QueueKey& first_key() const { return order_.begin()->first; }
  const Entry& first() const { return *order_.begin()->second->tasks.begin(); }
  // Since when the first place is held.
  BootTime first_place() const { return order_.begin()->second->places.begin()->first; }

  void add(const Entry& entry);
  // The first task is granted and uses the first place.
  void take_first();
  // Ungranted. It takes its own place along, or, when kin have used that, their earliest, so that
  // the others never gain by it.
  void remove(const Entry& entry);

  bool contains(const Entry& entry) const;
  // Of the kin of the first, who waits longest. O(n).
  const Entry& oldest() const;
  // With the place that it would get if nobody came any more. O(n).
  QueueKey key_of(const Entry& entry) const;
  // How many are before that key. O(n).
  std::size_t count_before(const QueueKey& key) const;
  // Kin that pass it although they became ready later. O(n).
  std::size_t count_passing(const Entry& entry) const;

  void check() const;

 private:
  using KinKey = std::pair<RunId, int>;  // and priority
  struct Kin {
    std::set<Entry> tasks;                   // run and priority are equal, so by turn, then task
    std::map<BootTime, std::size_t> places;  // ready since, of how many
  };

  static QueueKey first_key_of(const Kin& kin);
  const Kin& kin_of(const Entry& entry) const;
  void leave_order(const Kin& kin);
  void join_order(KinKey key, Kin& kin);
  static void drop_place(Kin& kin, BootTime place);

  std::map<KinKey, Kin> kins_;
  std::map<QueueKey, const Kin*> order_;  // the kins by their first
  std::size_t size_ = 0;
};

}  // namespace tidemill
