// Which refused requests are written to the audit log. All of them while they are few; somebody
// who knocks without end fills no disk, and hides nobody else's refusals either: each address has
// a small allowance of its own within that of all together. What is left out is counted, and told
// with the next entry. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"

namespace tidemill {

struct RefusalRule {
  int burst_of_one = 20;  // entries of one address at once
  Duration every_of_one = std::chrono::seconds(60);
  int burst_of_all = 100;
  Duration every_of_all = std::chrono::seconds(10);
  std::size_t most_addresses = 1000;
};

class RefusalBook {
 public:
  explicit RefusalBook(RefusalRule rule = {}) : rule_(rule) {}

  // Nullopt: it is left out. Otherwise how many were left out since the last entry.
  std::optional<std::int64_t> take(const std::string& address, BootTime now);
  // For an entry that tells of them alone; 0 afterwards.
  std::int64_t take_left_out();

 private:
  struct Allowance {
    double left = 0;
    BootTime at;
  };
  static void refill(Allowance& allowance, int burst, Duration every, BootTime now);
  Allowance& of(const std::string& address, BootTime now);

  const RefusalRule rule_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Allowance> addresses_;
  std::optional<Allowance> all_;
  std::int64_t left_out_ = 0;
};

}  // namespace tidemill
