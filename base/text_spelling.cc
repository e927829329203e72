#include <algorithm>

#include "base/text.h"

namespace tidemill {

namespace {

// Names are short; longer words are no typing mistakes and would cost quadratic time.
constexpr std::size_t kMaxWordBytes = 128;

// Optimal string alignment distance (Damerau-Levenshtein in which no piece is edited twice), by
// rows of the usual dynamic programme. The caller passes lower-case text.
class Distance {
 public:
  // `limit` when the distance is that or more: no later row can fall below two rows that reached
  // it.
  std::size_t between(std::string_view a, std::string_view b, std::size_t limit) {
    previous_.resize(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) previous_[j] = j;
    before_previous_.assign(b.size() + 1, 0);
    std::size_t least_before = 0;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      fill_row(a, b, i);
      const std::size_t least = *std::min_element(previous_.begin(), previous_.end());
      if (least >= limit && least_before >= limit) return limit;
      least_before = least;
    }
    return std::min(previous_[b.size()], limit);
  }

 private:
  void fill_row(std::string_view a, std::string_view b, std::size_t i) {
    row_.assign(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous_[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row_[j] = std::min({previous_[j] + 1, row_[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row_[j] = std::min(row_[j], before_previous_[j - 2] + 1);
    }
    before_previous_.swap(previous_);
    previous_.swap(row_);
  }

  std::vector<std::size_t> before_previous_, previous_, row_;
};

}  // namespace

std::optional<std::string> nearest(std::string_view word,
                                   std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kMaxWordBytes) return std::nullopt;
  const std::string wanted = to_lower_ascii(word);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string_view> found;
  Distance distance;
  for (const std::string_view candidate : candidates) {
    // The difference in length is a lower bound of the distance.
    const std::size_t longer = std::max(candidate.size(), word.size());
    if (longer - std::min(candidate.size(), word.size()) >= best) continue;
    const std::size_t d = distance.between(wanted, to_lower_ascii(candidate), best);
    // A word that shares no letter with the candidate is not a misspelling of it.
    if (d >= best || (d > 0 && d >= longer)) continue;
    best = d;
    found = candidate;
  }
  if (!found) return std::nullopt;
  return std::string(*found);
}

}  // namespace tidemill
