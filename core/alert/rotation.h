// Who is on call: layers of people who take turns at a local time, and overrides above them. Shapes
// and words of Grafana OnCall (rolling users, interval, by day, level). Pure; the zone is a value.
//
// A handoff is at the same local time all year. One that falls into an hour that the clock skips
// happens at the moment of the change, one in an hour that comes twice happens the first time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"

namespace tidemill {

struct RotationLayer {
  int level = 0;                                // higher wins
  std::vector<std::vector<std::string>> turns;  // who is on call together, in order
  LocalTime first_handoff;                      // the first turn begins
  std::int32_t turn_days = 7;                   // length of a turn, 1 to 366
  std::uint8_t days = 0x7f;                     // local days on which it counts, bit 0 = Monday
};

struct RotationOverride {
  std::vector<std::string> users;  // in place of all layers; empty = nobody
  WallTime from, until;            // from <= t < until; the last one in the list wins
};

struct Rotation {
  std::string name;
  ZonePtr zone;  // never null
  std::vector<RotationLayer> layers;
  std::vector<RotationOverride> overrides;
};

// Nobody, when no layer counts at that moment.
std::vector<std::string> on_call_at(const Rotation& rotation, WallTime t);

struct Shift {
  std::vector<std::string> users;
  WallTime from;
};
// When other people take over, and who; none when that is more than `within` away.
std::optional<Shift> next_shift(const Rotation& rotation, WallTime t,
                                Duration within = std::chrono::hours(24 * 62));

}  // namespace tidemill
