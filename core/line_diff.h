// What differs between two texts, line by line, as a person reads it: the fewest lines removed and
// added, with a few unchanged ones around. After E. Myers, "An O(ND) Difference Algorithm" (1986).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

struct DiffLine {
  enum class Kind : std::uint8_t { same, removed, added } kind = Kind::same;
  std::uint32_t before = 0;  // number of the line in the older text, from 1; 0 = it is added
  std::uint32_t after = 0;   // likewise in the newer text; 0 = it is removed
  std::string text;          // without its line end
  bool operator==(const DiffLine&) const = default;
};

using DiffHunk = std::vector<DiffLine>;

inline constexpr std::uint32_t kMostDiffEdits = 1000;

// Hunks in order, each with up to `context` unchanged lines before and after its changes; none when
// the texts have the same lines. Texts that differ by more than kMostDiffEdits lines are answered
// with all of the differing middle removed and added, so that the time is bounded.
std::vector<DiffHunk> diff_lines(std::string_view before, std::string_view after,
                                 std::size_t context = 3);

}  // namespace tidemill
