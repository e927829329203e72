#include "core/line_diff.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "base/text.h"

namespace tidemill {
namespace {

using Lines = std::vector<std::string_view>;
using DiffKind = DiffLine::Kind;

Lines lines_of(std::string_view text) {
  if (text.empty()) return {};
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, '\n');
}

// One step of the way from the older lines to the newer ones.
using Way = std::vector<DiffKind>;

// The furthest places of each round of Myers' search: round d holds the x of diagonals -d, -d+2 …
// d, where x counts older lines and x - diagonal newer ones.
class Search {
 public:
  Search(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  // The shortest way; empty when it is longer than kMostDiffEdits and the texts differ.
  Way find() {
    for (std::int64_t round = 0; round <= std::int64_t{kMostDiffEdits}; ++round) {
      rounds_.emplace_back(static_cast<std::size_t>(round) + 1);
      for (std::int64_t diagonal = -round; diagonal <= round; diagonal += 2) {
        const std::int64_t x = slide(begin_of(round, diagonal), diagonal);
        at(round, diagonal) = x;
        if (x >= std::ssize(before_) && x - diagonal >= std::ssize(after_)) {
          return walk_back(round, diagonal);
        }
      }
    }
    return {};
  }

 private:
  std::int64_t& at(std::int64_t round, std::int64_t diagonal) {
    return rounds_[static_cast<std::size_t>(round)]
                  [static_cast<std::size_t>((diagonal + round) / 2)];
  }
  bool comes_from_above(std::int64_t round, std::int64_t diagonal) {
    if (diagonal == -round) return true;
    if (diagonal == round) return false;
    return at(round - 1, diagonal - 1) < at(round - 1, diagonal + 1);
  }
  // Where the round enters a diagonal: by a newer line, or by skipping an older one.
  std::int64_t begin_of(std::int64_t round, std::int64_t diagonal) {
    if (round == 0) return 0;
    return comes_from_above(round, diagonal) ? at(round - 1, diagonal + 1)
                                             : at(round - 1, diagonal - 1) + 1;
  }
  std::int64_t slide(std::int64_t x, std::int64_t diagonal) const {
    while (x < std::ssize(before_) && x - diagonal < std::ssize(after_) &&
           before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(x - diagonal)]) {
      ++x;
    }
    return x;
  }
  Way walk_back(std::int64_t round, std::int64_t diagonal) {
    Way way;
    for (; round >= 0; --round) {
      const std::int64_t begin = begin_of(round, diagonal);
      way.insert(way.end(), static_cast<std::size_t>(at(round, diagonal) - begin), DiffKind::same);
      if (round == 0) break;
      const bool added = comes_from_above(round, diagonal);
      way.push_back(added ? DiffKind::added : DiffKind::removed);
      diagonal += added ? 1 : -1;
    }
    return {way.rbegin(), way.rend()};
  }

  const Lines& before_;
  const Lines& after_;
  std::vector<std::vector<std::int64_t>> rounds_;
};

std::size_t common_begin(const Lines& before, const Lines& after) {
  const std::size_t most = std::min(before.size(), after.size());
  std::size_t count = 0;
  while (count < most && before[count] == after[count]) ++count;
  return count;
}

std::size_t common_end(const Lines& before, const Lines& after, std::size_t begin) {
  const std::size_t most = std::min(before.size(), after.size()) - begin;
  std::size_t count = 0;
  while (count < most && before[before.size() - 1 - count] == after[after.size() - 1 - count]) {
    ++count;
  }
  return count;
}

Way way_between(const Lines& before, const Lines& after) {
  const std::size_t begin = common_begin(before, after);
  const std::size_t end = common_end(before, after, begin);
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                 lines.end() - static_cast<std::ptrdiff_t>(end));
  };
  const Lines old_lines = middle(before), new_lines = middle(after);
  Way way(begin, DiffKind::same);
  Way found = Search(old_lines, new_lines).find();
  if (found.empty()) {
    found.assign(old_lines.size(), DiffKind::removed);
    found.insert(found.end(), new_lines.size(), DiffKind::added);
  }
  way.insert(way.end(), found.begin(), found.end());
  way.insert(way.end(), end, DiffKind::same);
  return way;
}

std::vector<DiffLine> follow(const Way& way, const Lines& before, const Lines& after) {
  std::vector<DiffLine> lines;
  lines.reserve(way.size());
  std::uint32_t old_number = 0, new_number = 0;
  for (const DiffKind kind : way) {
    DiffLine line;
    line.kind = kind;
    if (kind != DiffKind::added) line.before = ++old_number;
    if (kind != DiffKind::removed) line.after = ++new_number;
    line.text = kind == DiffKind::added ? after[new_number - 1] : before[old_number - 1];
    lines.push_back(std::move(line));
  }
  CHECK(old_number == before.size() && new_number == after.size());
  return lines;
}

}  // namespace

std::vector<DiffHunk> diff_lines(std::string_view before, std::string_view after,
                                 std::size_t context) {
  const Lines old_lines = lines_of(before), new_lines = lines_of(after);
  std::vector<DiffLine> lines = follow(way_between(old_lines, new_lines), old_lines, new_lines);
  std::vector<DiffHunk> hunks;
  std::size_t told = 0;  // lines up to here are in a hunk, or were passed over
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind == DiffKind::same) continue;
    const std::size_t begin = std::max(told, i - std::min(i, context));
    if (hunks.empty() || begin > told) hunks.emplace_back();
    std::size_t end = i + 1;
    while (end < lines.size() && lines[end].kind != DiffKind::same) ++end;
    const std::size_t until = std::min(lines.size(), end + context);
    for (std::size_t line = begin; line < until; ++line) {
      if (line >= end && lines[line].kind != DiffKind::same) break;
      hunks.back().push_back(std::move(lines[line]));
      told = line + 1;
    }
    i = end - 1;
  }
  return hunks;
}

}  // namespace tidemill
