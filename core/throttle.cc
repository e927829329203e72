#include "core/throttle.h"

#include <algorithm>

namespace tidemill {

Duration Throttle::wait_after(int count) const {
  if (count < rule_.free_tries) return Duration::zero();
  Duration wait = rule_.first_wait;
  for (int i = rule_.free_tries; i < count && wait < rule_.longest_wait; ++i) wait *= 2;
  return std::min(wait, rule_.longest_wait);
}

Duration Throttle::wait(const std::string& name, BootTime now) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return Duration::zero();
  const Tries& tries = found->second;
  if (now - tries.last >= rule_.forget_after) return Duration::zero();
  const BootTime next = tries.last + wait_after(tries.count);
  return std::max(next - now, Duration::zero());
}

Duration Throttle::begin(const std::string& name, BootTime now) {
  const Duration left = wait(name, now);
  if (left > Duration::zero()) return left;
  if (!names_.contains(name)) make_room(now);
  Tries& tries = names_[name];
  if (now - tries.last >= rule_.forget_after) tries.count = 0;
  ++tries.count;
  tries.last = now;
  return Duration::zero();
}

void Throttle::take_back(const std::string& name) {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  if (--found->second.count <= 0) names_.erase(found);
}

void Throttle::make_room(BootTime now) {
  if (names_.size() < rule_.most_names) return;
  std::erase_if(names_,
                [&](const auto& item) { return now - item.second.last >= rule_.forget_after; });
  if (names_.size() < rule_.most_names) return;
  names_.erase(std::min_element(names_.begin(), names_.end(), [](const auto& a, const auto& b) {
    return a.second.last < b.second.last;
  }));
}

}  // namespace tidemill
