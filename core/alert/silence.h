// When an alert is not told although it fires: somebody silenced it, or one further up explains it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert/alert.h"

namespace tidemill {

// Ended by its time or by a person; a maintenance window is one that was planned. Both hold back
// messages about what goes wrong meanwhile, never those about its end.
struct Silence {
  enum class Kind : std::uint8_t { silence, maintenance } kind = Kind::silence;
  std::string dag = "*", task = "*", cause = "*";  // as glob_matches; an empty one is of no dag
  std::vector<AlertSeverity> severities;           // empty = all
  std::string owner, reason;
  WallTime starts_at, ends_at;  // starts_at <= t < ends_at
};
std::string_view to_word(Silence::Kind kind);
std::optional<Silence::Kind> silence_kind_from(std::string_view word);

// Whether it is meant, whatever the time.
bool matches(const Silence& silence, const Alert& alert);

// A run that led to another: its end or its data started it, directly or through others.
struct LeadingRun {
  std::string dag;
  std::uint64_t run = 0;
};

// Of the open alerts, the one that explains this one: a failure of the same run explains that the
// run is late, and a failure of a run that led to this one's last run explains everything about it.
// nullptr when there is none. Never the alert itself.
const Alert* explained_by(const Alert& alert, const std::vector<LeadingRun>& led_by,
                          const std::vector<Alert>& open);

}  // namespace tidemill
