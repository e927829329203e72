#include "core/trigger_kind.h"

#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 7> kWords = {"manual", "schedule", "backfill", "dataset",
                                                    "dag",    "webhook",  "cli"};

}  // namespace

std::string_view to_word(TriggerKind kind) { return word_in(kWords, kind); }

std::optional<TriggerKind> trigger_kind_from(std::string_view word) {
  return value_in<TriggerKind>(kWords, word);
}

}  // namespace tidemill
