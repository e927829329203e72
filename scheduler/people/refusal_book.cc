#include "scheduler/people/refusal_book.h"

#include <algorithm>

namespace tidemill {

void RefusalBook::refill(Allowance& allowance, int burst, Duration every, BootTime now) {
  const auto passed = static_cast<double>((now - allowance.at).count());
  const double earned = passed / static_cast<double>(every.count());
  allowance.left = std::min(allowance.left + earned, static_cast<double>(burst));
  allowance.at = now;
}

RefusalBook::Allowance& RefusalBook::of(const std::string& address, BootTime now) {
  const auto found = addresses_.find(address);
  if (found != addresses_.end()) return found->second;
  if (addresses_.size() >= rule_.most_addresses) {
    // Whoever was heard longest ago; that address begins anew when it comes again.
    addresses_.erase(
        std::min_element(addresses_.begin(), addresses_.end(),
                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; }));
  }
  return addresses_[address] = {static_cast<double>(rule_.burst_of_one), now};
}

std::optional<std::int64_t> RefusalBook::take(const std::string& address, BootTime now) {
  const std::lock_guard lock(mutex_);
  if (!all_) all_ = {static_cast<double>(rule_.burst_of_all), now};
  Allowance& one = of(address, now);
  refill(one, rule_.burst_of_one, rule_.every_of_one, now);
  refill(*all_, rule_.burst_of_all, rule_.every_of_all, now);
  if (one.left < 1 || all_->left < 1) {
    ++left_out_;
    return std::nullopt;
  }
  --one.left;
  --all_->left;
  return std::exchange(left_out_, 0);
}

std::int64_t RefusalBook::take_left_out() {
  const std::lock_guard lock(mutex_);
  return std::exchange(left_out_, 0);
}

}  // namespace tidemill
