// Many runs retried at once: a canary first, the rest a few at a time, and a stop when they fail
// again. The list of runs is made and stored once, when it is confirmed; what is done next follows
// from the list and the present states of its runs alone, so stopping and going on need nothing
// else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/words.h"

namespace tidemill {

struct BulkRetryRule {
  int canary = 1;        // so many must succeed before the rest goes on; 0 = none
  int max_parallel = 5;  // unfinished runs of it, at least 1
  int max_failures = 0;  // one more that fails again stops it; a canary that fails always does
};

// More runs than this are refused: narrow the filter.
inline constexpr std::size_t kMostBulkRetries = 1000;

enum class BulkItemState : std::uint8_t {
  waiting,
  retried,    // what became of it, the state of the run tells
  skipped,    // it could not be retried: the note says why
  cancelled,  // dropped by a stop or a cancel
};
std::string_view to_word(BulkItemState state);
std::optional<BulkItemState> bulk_item_state_from(std::string_view word);

struct BulkItem {
  BulkItemState state = BulkItemState::waiting;
  RunState was = RunState::failed;  // before
  RunState run = RunState::failed;  // now; of no meaning before it was retried
};

enum class BulkEnd : std::uint8_t { unfinished, well, again };
// Of a retried item: a run that was partial and is so again has failed again.
BulkEnd end_of(const BulkItem& item);

struct BulkStep {
  std::vector<std::size_t> retry;  // positions to be retried now, in order
  bool done = false;               // nothing is left to do
  std::string stop;                // why the rest is dropped; empty = it is not
};
BulkStep next_step(const std::vector<BulkItem>& items, const BulkRetryRule& rule);

// Whether the item at `position` is one of the canary; skipped ones are replaced by the next.
std::vector<bool> canaries(const std::vector<BulkItem>& items, const BulkRetryRule& rule);

// "canary of 1: succeeded; 12 of 40 runs ended: 11 succeeded, 1 failed again; 2 go on, 26 wait".
std::string in_words(const std::vector<BulkItem>& items, const BulkRetryRule& rule);

}  // namespace tidemill
