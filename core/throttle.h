// How fast somebody may try again: the first tries are free, then every further one must wait
// longer than the one before. Kept for a name (an account, an address) in bounded memory. Pure; the
// caller passes the time. Not for several threads at once.
//
// A try is counted when it begins, so that many at once cannot slip through before the first of
// them has failed; it is taken back when it turns out to be good.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/time.h"

namespace tidemill {

struct ThrottleRule {
  int free_tries = 5;
  Duration first_wait = std::chrono::seconds(1);  // doubles with every further try
  Duration longest_wait = std::chrono::minutes(5);
  Duration forget_after = std::chrono::hours(1);  // since the last try
  std::size_t most_names = 10'000;  // beyond it the one tried longest ago is forgotten
};

class Throttle {
 public:
  explicit Throttle(ThrottleRule rule) : rule_(rule) {}

  // Zero: go ahead, the try is counted. Otherwise how long to wait first; nothing is counted.
  Duration begin(const std::string& name, BootTime now);
  // How long begin() would say; counts nothing.
  Duration wait(const std::string& name, BootTime now) const;
  // The last try was good, or was none at all.
  void take_back(const std::string& name);
  void forget(const std::string& name) { names_.erase(name); }

  std::size_t size() const { return names_.size(); }

 private:
  struct Tries {
    int count = 0;
    BootTime last;
  };
  Duration wait_after(int count) const;
  void make_room(BootTime now);

  ThrottleRule rule_;
  std::map<std::string, Tries> names_;
};

}  // namespace tidemill
