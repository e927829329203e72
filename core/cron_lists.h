// Sets of small numbers as people list them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// The numbers of the set bits, rising.
std::vector<int> values_of(std::uint64_t bits);

// At least three numbers without a hole, which read better as "1 to 5".
bool is_run(std::span<const int> values);

// "a", "a and b", "a, b and c".
std::string enumerate(std::span<const std::string> parts, std::string_view conjunction = "and");

}  // namespace tidemill
