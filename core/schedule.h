// When a DAG is due: cron, intervals, fixed times, dates and business calendars, each in a zone
// with a policy for the clock changes. Pure: the next instant is a function of the schedule and a
// time.
//
// What happens when the clock changes:
// - Times of day (cron with fixed hours, dates, calendar) follow DstPolicy. A time that the clock
//   skips is due at the moment of the change (once, however many times were skipped), or not at
//   all. A time that the clock shows twice is due the first time, or both times.
// - Cron whose hour field is `*` or a step over the whole day (Cron::follows_elapsed_time) means
//   "every so often": it is due at each matching minute that really passes, so in both passes of a
//   repeated hour, with no extra run for a skipped one. The policy does not apply to it.
// - `every` counts elapsed time and `at` names moments, so neither knows of clock changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "core/calendar.h"
#include "core/cron.h"

namespace tidemill {

// What to do with a local time that the clock skips (gap) or shows twice (fold).
struct DstPolicy {
  enum class Gap { run_after, skip } gap = Gap::run_after;
  enum class Fold { first, both } fold = Fold::first;
};

struct Schedule {
  enum class Kind { cron, every, at, dates, calendar } kind = Kind::cron;
  Cron cron;
  Duration every{};                 // Kind::every, at least 1 s
  WallTime anchor{};                // Kind::every: one of its moments; sets the phase, not a start
  std::vector<WallTime> instants;   // Kind::at, sorted
  std::vector<std::int32_t> dates;  // Kind::dates: days since 1970-01-01, sorted
  std::int32_t time_of_day_s = 0;   // Kind::dates: local time
  Calendar calendar;
  std::string timezone = "UTC";
  DstPolicy dst;
  std::string text;  // as the author wrote it, for people
};

// The first due moment strictly after `after`; nullopt when there is none within 400 years, after
// which the calendar repeats, or before the year 9999. `zone` must be the schedule's. Costs well
// under a microsecond for usual schedules and about 20 us for the rarest.
std::optional<WallTime> next_due(const Schedule& schedule, const Zone& zone, WallTime after);

// All due moments in (after, until], at most `limit`, rising.
std::vector<WallTime> due_between(const Schedule& schedule, const Zone& zone, WallTime after,
                                  WallTime until, std::size_t limit);

// The latest due moment in (after, until]: what catch-up "latest" runs. Its cost does not depend on
// how many moments lie between.
std::optional<WallTime> last_due(const Schedule& schedule, const Zone& zone, WallTime after,
                                 WallTime until);

// "every day at 03:00 Europe/Berlin": the schedule in words, for screens.
std::string in_words(const Schedule& schedule);

// The shortest gap between two firings of a schedule, over its first 500 firings after `from`;
// nullopt when there are fewer than two. Validation refuses under 1 s and warns under 10 s.
std::optional<Duration> shortest_gap(const Schedule& schedule, const Zone& zone, WallTime from);

}  // namespace tidemill
