#include "core/cron_lists.h"

#include <fmt/format.h>

#include <bit>

namespace tidemill {

std::vector<int> values_of(std::uint64_t bits) {
  std::vector<int> values;
  for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
  return values;
}

bool is_run(std::span<const int> values) {
  return values.size() > 2 && values.back() - values.front() + 1 == static_cast<int>(values.size());
}

std::string enumerate(std::span<const std::string> parts, std::string_view conjunction) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? fmt::format(" {} ", conjunction) : ", ";
    out += parts[i];
  }
  return out;
}

}  // namespace tidemill
