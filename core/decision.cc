#include "core/decision.h"

#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, kDecisionCount> kWords = {
    "run", "missed", "capped", "paused", "overlapping", "frozen", "skipped_by_backfill"};

}  // namespace

std::string_view to_word(Decision decision) { return word_in(kWords, decision); }

std::optional<Decision> decision_from(std::string_view word) {
  return value_in<Decision>(kWords, word);
}

}  // namespace tidemill
