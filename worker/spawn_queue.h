// What waits in the supervisor for a slot: by priority (1 first), then by attempt, which is the
// order in which the scheduler granted them. Strictly in that order: a wide attempt at the head is
// never overtaken for ever by narrow ones.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "protocol/messages.h"

namespace tidemill {

class SpawnQueue {
 public:
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  bool contains(AttemptId attempt) const { return priorities_.contains(attempt); }

  void add(message::Spawn spawn) {
    priorities_[spawn.attempt] = spawn.priority;
    waiting_.emplace(Key{spawn.priority, spawn.attempt}, std::move(spawn));
  }

  // Slots that the head asks for. Requires !empty().
  int slots_of_first() const { return waiting_.begin()->second.slots; }

  message::Spawn take_first() { return take(waiting_.begin()); }

  std::optional<message::Spawn> remove(AttemptId attempt) {
    const auto priority = priorities_.find(attempt);
    if (priority == priorities_.end()) return std::nullopt;
    return take(waiting_.find(Key{priority->second, attempt}));
  }

  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, spawn] : waiting_) visit(spawn);
  }

 private:
  using Key = std::pair<int, AttemptId>;
  using Waiting = std::map<Key, message::Spawn>;

  message::Spawn take(Waiting::iterator at) {
    message::Spawn spawn = std::move(at->second);
    priorities_.erase(spawn.attempt);
    waiting_.erase(at);
    return spawn;
  }

  Waiting waiting_;
  std::unordered_map<AttemptId, int> priorities_;
};

}  // namespace tidemill
