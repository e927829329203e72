// The only source of chance in a simulation: the same seed, the same numbers, on every machine.
#pragma once

#include <cstdint>

#include "base/hash.h"

namespace tidemill::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(mix64(seed)) {}

  std::uint64_t next() { return mix64(state_++); }
  // 0 … n-1; n > 0.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool percent(int chance) { return below(100) < chance; }
  bool per_mille(int chance) { return below(1000) < chance; }
  // Its own stream, so that one part drawing more does not change another.
  Random fork() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace tidemill::sim
