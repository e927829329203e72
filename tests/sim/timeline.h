// Simulated time and what is due when. Equal times go in order of scheduling, so a run of the
// simulation is one fixed sequence.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.h"

namespace tidemill::sim {

inline constexpr std::int64_t kSecond = 1'000'000;

class Timeline {
 public:
  std::int64_t now_us() const { return now_; }
  void at(std::int64_t us, std::function<void()> action) {
    due_.emplace(std::pair(std::max(us, now_), ++sequence_), std::move(action));
  }
  void after(std::int64_t us, std::function<void()> action) { at(now_ + us, std::move(action)); }
  bool empty() const { return due_.empty(); }
  void step() {
    auto node = due_.extract(due_.begin());
    now_ = node.key().first;
    node.mapped()();
  }

 private:
  std::int64_t now_ = kSecond;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> due_;
};

}  // namespace tidemill::sim
