// `tidemill sim`: the scheduler against a simulated world, for finding what a fault can break.
#pragma once

#include <cstdint>

namespace tidemill {

struct SimCommand {
  std::uint64_t seed = 1;
  std::uint64_t count = 1;  // seeds seed … seed + count - 1
  bool verbose = false;     // one line per event
};

// Stops at the first seed that breaks a promise; the last lines say which and how to repeat it.
int run_sim(const SimCommand& options);

}  // namespace tidemill
