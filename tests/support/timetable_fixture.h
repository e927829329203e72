// A dag with one schedule or several in a few words, and plans as text.
#pragma once

#include <gtest/gtest.h>

#include "core/timetable.h"
#include "tests/support/at.h"

namespace tidemill::testing {

inline const WallTime kMidnight = at("2026-05-04T00:00:00Z");

inline Schedule cron_schedule(std::string_view cron, const std::string& zone = "UTC",
                              DstPolicy dst = {}) {
  Schedule schedule;
  schedule.cron = parse_cron(cron).value();
  schedule.timezone = zone;
  schedule.dst = dst;
  schedule.text = std::string(cron);
  return schedule;
}

inline Schedule every_schedule(Duration every, WallTime anchor = {}) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::every;
  schedule.every = every;
  schedule.anchor = anchor;
  return schedule;
}

inline ScheduleState state_of(const Schedule& schedule, WallTime decided_until,
                              std::string key = "k") {
  return {std::move(key), schedule, load_zone(schedule.timezone).value(), decided_until, {}};
}

inline TimetableInput input_of(const Schedule& schedule, WallTime decided_until,
                               Catchup::Mode mode = Catchup::Mode::none) {
  TimetableInput input;
  input.dag = "d";
  input.schedules = {state_of(schedule, decided_until)};
  input.catch_up.mode = mode;
  return input;
}

// "03:00 missed, 04:00 run": the time of day in UTC and the decision; blocks as
// "03:00-07:00 missed x5".
inline std::string text_of(const std::vector<InstantDecision>& decisions) {
  std::string text;
  const auto time = [](WallTime t) { return format_rfc3339(t).substr(11, 5); };
  for (const InstantDecision& one : decisions) {
    text += (text.empty() ? "" : ", ") + time(one.instant);
    if (one.is_block()) text += "-" + time(one.last);
    text += fmt::format(" {}", to_word(one.decision));
    if (one.is_block()) text += fmt::format(" x{}{}", one.counted_all ? "" : ">", one.count);
  }
  return text;
}

}  // namespace tidemill::testing
