// Where tests that throw dice begin.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "base/text.h"

namespace tidemill::testing {

// The same each time, so that a change is judged by what it changes. TIDEMILL_TEST_SEED=random
// looks for what the usual one does not find; a number repeats one that was printed.
inline std::uint64_t first_seed() {
  const char* word = std::getenv("TIDEMILL_TEST_SEED");
  const std::string text = word == nullptr ? "1" : word;
  const std::uint64_t seed = text == "random"
                                 ? std::random_device{}()
                                 : static_cast<std::uint64_t>(to_int(text).value_or(1));
  fmt::print("first seed: {}\n", seed);
  return seed;
}

}  // namespace tidemill::testing
