#include "core/bulk_retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 4> kItemWords = {"waiting", "retried", "skipped",
                                                        "cancelled"};

struct Counts {
  int waiting = 0, unfinished = 0, well = 0, again = 0, skipped = 0, dropped = 0;
  int ended() const { return well + again; }
  int retried() const { return unfinished + ended(); }
};

void count(Counts& counts, const BulkItem& item) {
  switch (item.state) {
    case BulkItemState::waiting:
      ++counts.waiting;
      return;
    case BulkItemState::skipped:
      ++counts.skipped;
      return;
    case BulkItemState::cancelled:
      ++counts.dropped;
      return;
    case BulkItemState::retried:
      break;
  }
  switch (end_of(item)) {
    case BulkEnd::unfinished:
      ++counts.unfinished;
      return;
    case BulkEnd::well:
      ++counts.well;
      return;
    case BulkEnd::again:
      ++counts.again;
      return;
  }
  UNREACHABLE();
}

Counts count_all(const std::vector<BulkItem>& items) {
  Counts counts;
  for (const BulkItem& item : items) count(counts, item);
  return counts;
}

Counts count_canaries(const std::vector<BulkItem>& items, const std::vector<bool>& is_canary) {
  Counts counts;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_canary[i]) count(counts, items[i]);
  }
  return counts;
}

std::string reason_to_stop(const Counts& all, const Counts& canary, const BulkRetryRule& rule) {
  if (canary.again > 0) {
    return fmt::format("{} of the canary failed again", plural(canary.again, "run"));
  }
  if (all.again > rule.max_failures) {
    return fmt::format("{} failed again, and {} may", plural(all.again, "run"), rule.max_failures);
  }
  return "";
}

std::string canary_words(const Counts& canary) {
  const int size = canary.waiting + canary.retried() + canary.dropped;
  if (size == 0) return "";
  const std::string_view state = canary.again > 0        ? "failed again"
                                 : canary.well == size   ? "succeeded"
                                 : canary.unfinished > 0 ? "goes on"
                                 : canary.dropped > 0    ? "was dropped"
                                                         : "waits";
  return fmt::format("canary of {}: {}; ", size, state);
}

void add_count(std::vector<std::string>& parts, int count, std::string_view what) {
  if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
}

}  // namespace

std::string_view to_word(BulkItemState state) { return word_in(kItemWords, state); }
std::optional<BulkItemState> bulk_item_state_from(std::string_view word) {
  return value_in<BulkItemState>(kItemWords, word);
}

BulkEnd end_of(const BulkItem& item) {
  if (!is_terminal(item.run)) return BulkEnd::unfinished;
  if (item.run == RunState::succeeded) return BulkEnd::well;
  if (item.run == RunState::partial && item.was != RunState::partial) return BulkEnd::well;
  return BulkEnd::again;
}

std::vector<bool> canaries(const std::vector<BulkItem>& items, const BulkRetryRule& rule) {
  std::vector<bool> chosen(items.size(), false);
  int left = rule.canary;
  for (std::size_t i = 0; i < items.size() && left > 0; ++i) {
    if (items[i].state == BulkItemState::skipped) continue;
    chosen[i] = true;
    --left;
  }
  return chosen;
}

BulkStep next_step(const std::vector<BulkItem>& items, const BulkRetryRule& rule) {
  const std::vector<bool> is_canary = canaries(items, rule);
  const Counts all = count_all(items);
  const Counts canary = count_canaries(items, is_canary);
  BulkStep step;
  if (all.waiting > 0) step.stop = reason_to_stop(all, canary, rule);
  step.done = all.waiting == 0 && all.unfinished == 0;
  if (step.done || !step.stop.empty()) return step;
  const bool canary_only = canary.waiting + canary.unfinished > 0;
  int room = std::max(rule.max_parallel, 1) - all.unfinished;
  for (std::size_t i = 0; i < items.size() && room > 0; ++i) {
    if (items[i].state != BulkItemState::waiting || (canary_only && !is_canary[i])) continue;
    step.retry.push_back(i);
    --room;
  }
  return step;
}

std::string in_words(const std::vector<BulkItem>& items, const BulkRetryRule& rule) {
  const Counts all = count_all(items);
  std::vector<std::string> ended, open;
  add_count(ended, all.well, "succeeded");
  add_count(ended, all.again, "failed again");
  add_count(open, all.unfinished, "under way");
  add_count(open, all.waiting, "waiting");
  add_count(open, all.skipped, "skipped");
  add_count(open, all.dropped, "dropped");
  const auto runs = std::ssize(items) - all.skipped - all.dropped;
  std::string words = canary_words(count_canaries(items, canaries(items, rule)));
  words += fmt::format("{} of {} ended", all.ended(), plural(runs, "run"));
  if (!ended.empty()) words += ": " + join(ended, ", ");
  if (!open.empty()) words += "; " + join(open, ", ");
  return words;
}

}  // namespace tidemill
