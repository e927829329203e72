// What made a run: a person, the clock, data, another program.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemill {

enum class TriggerKind : std::uint8_t { manual, schedule, backfill, dataset, dag, webhook, cli };

std::string_view to_word(TriggerKind kind);
std::optional<TriggerKind> trigger_kind_from(std::string_view word);

}  // namespace tidemill
