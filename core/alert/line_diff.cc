#include "core/alert/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/text.h"

namespace tidemill {
namespace {

using Lines = std::span<const std::string_view>;

// Beyond it, the table of the longest common subsequence would cost more than it tells.
constexpr std::size_t kMostCompared = 400;

std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, '\n');
}

class Diff {
 public:
  Diff(Lines before, Lines after) : before_(before), after_(after) {
    trim_ends();
    if (before_.size() <= kMostCompared && after_.size() <= kMostCompared) fill();
  }

  std::vector<std::string> take() {
    std::size_t i = 0, j = 0;
    while (i < before_.size() || j < after_.size()) {
      if (i < before_.size() && j < after_.size() && !table_.empty() && before_[i] == after_[j]) {
        ++i, ++j;
      } else if (i < before_.size() &&
                 (j == after_.size() || table_.empty() || at(i + 1, j) >= at(i, j + 1))) {
        add("- ", before_[i++]);
      } else {
        add("+ ", after_[j++]);
      }
    }
    return std::move(lines_);
  }

 private:
  void trim_ends() {
    while (!before_.empty() && !after_.empty() && before_.front() == after_.front()) {
      before_ = before_.subspan(1);
      after_ = after_.subspan(1);
    }
    while (!before_.empty() && !after_.empty() && before_.back() == after_.back()) {
      before_ = before_.first(before_.size() - 1);
      after_ = after_.first(after_.size() - 1);
    }
  }

  // table_[i][j]: length of the longest common subsequence of what begins at i and at j.
  void fill() {
    table_.resize((before_.size() + 1) * (after_.size() + 1));
    for (std::size_t i = before_.size(); i-- > 0;) {
      for (std::size_t j = after_.size(); j-- > 0;) {
        at(i, j) = before_[i] == after_[j] ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                           : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  std::uint16_t& at(std::size_t i, std::size_t j) { return table_[i * (after_.size() + 1) + j]; }

  void add(std::string_view sign, std::string_view line) {
    lines_.push_back(std::string(sign) + printable(line, 200));
  }

  Lines before_, after_;
  std::vector<std::uint16_t> table_;  // empty: too long to compare
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> line_diff(std::string_view before, std::string_view after,
                                   std::size_t most) {
  const auto old_lines = lines_of(before), new_lines = lines_of(after);
  std::vector<std::string> lines = Diff(old_lines, new_lines).take();
  if (lines.size() > most) {
    const std::size_t more = lines.size() - most;
    lines.resize(most);
    lines.push_back(fmt::format("… {} more", more));
  }
  return lines;
}

}  // namespace tidemill
