// When a DAG is due: cron, intervals, fixed times, dates and business calendars, each in a zone with
// a policy for the clock changes. Pure: the next instant is a function of the schedule and a time.
// Cron semantics: crontab(5) with an optional leading seconds field, names, ranges, steps, lists,
// L (last day, or last weekday N: 5L), W (nearest weekday to a day), # (nth weekday), @macros;
// day-of-month and day-of-week both restricted mean "either".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/zone.h"

namespace tidemill {

// What to do with a local time that the clock skips (gap) or shows twice (fold).
struct DstPolicy {
  enum class Gap { run_after, skip } gap = Gap::run_after;
  enum class Fold { first, both } fold = Fold::first;
};

// A parsed cron expression: one bit per allowed value.
struct Cron {
  std::uint64_t seconds = 1;       // bits 0-59
  std::uint64_t minutes = 0;       // bits 0-59
  std::uint32_t hours = 0;         // bits 0-23
  std::uint32_t days_of_month = 0;  // bits 1-31
  std::uint16_t months = 0;        // bits 1-12
  std::uint8_t days_of_week = 0;   // bits 0-6, 0 = Sunday
  bool day_of_month_restricted = false;
  bool day_of_week_restricted = false;
  bool last_day = false;               // L in day-of-month
  std::uint32_t nearest_weekday = 0;   // bits 1-31: dW; bit 0: LW
  std::vector<std::uint8_t> last_weekdays;                            // 5L
  std::vector<std::pair<std::uint8_t, std::uint8_t>> nth_weekdays;    // {weekday, n}: 5#2
  bool has_seconds = false;
  std::string text;
};

// Errors name the field and the value ("hour: 24 is not in 0-23"). Refuses what can never fire
// ("30 2" days) and what is not cron (@reboot, @every).
Result<Cron> parse_cron(std::string_view text);

// Whole-day rules of `calendar:`.
struct Calendar {
  enum class Days { business_days, first_business_day, last_business_day } days = Days::business_days;
  std::vector<std::int32_t> holidays;  // days since 1970-01-01, sorted
  std::int32_t time_of_day_s = 0;      // local time at which it is due
};

struct Schedule {
  enum class Kind { cron, every, at, dates, calendar } kind = Kind::cron;
  Cron cron;
  Duration every{};                 // Kind::every, at least 1 s
  WallTime anchor{};                // Kind::every counts from here
  std::vector<WallTime> instants;   // Kind::at, sorted
  std::vector<std::int32_t> dates;  // Kind::dates: days since 1970-01-01, sorted
  std::int32_t time_of_day_s = 0;   // Kind::dates: local time
  Calendar calendar;
  std::string timezone = "UTC";
  DstPolicy dst;
  std::string text;  // as the author wrote it, for people
};

// The first due moment strictly after `after`; nullopt when there is none before the search horizon
// (8 years for cron, which always contains a 29 February). `zone` must be the schedule's.
std::optional<WallTime> next_due(const Schedule& schedule, const Zone& zone, WallTime after);

// All due moments in (after, until], at most `limit`, rising.
std::vector<WallTime> due_between(const Schedule& schedule, const Zone& zone, WallTime after,
                                  WallTime until, std::size_t limit);

// "every day at 03:00 Europe/Berlin": the schedule in words, for screens.
std::string in_words(const Schedule& schedule);

// The shortest gap between two firings of a schedule, over its first firings after `from`;
// validation refuses under 1 s and warns under 10 s.
std::optional<Duration> shortest_gap(const Schedule& schedule, const Zone& zone, WallTime from);

}  // namespace tidemill
