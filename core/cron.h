// Cron expressions, on the wall clock of no particular zone: which local times match. What a change
// of the clock does to them is the schedule's business (core/schedule.h).
//
// Five fields, minute hour day-of-month month day-of-week, or six with seconds first. Each is a
// list of `*`, numbers, ranges (1-5) and steps (*/15, 10-40/10, and 5/15 = from 5 to the end).
// Months and weekdays have English names in any case; 0 and 7 are Sunday, and SUN may end a range
// (FRI-SUN).
// `?` means `*` in the two day fields. Further, from the common dialects:
//   day-of-month  L last day, LW last Monday-to-Friday day, 15W the Monday-to-Friday day nearest to
//                 the 15th in the same month (nothing in a month without that day)
//   day-of-week   5L last Friday, 5#2 second Friday (nothing in a month without a fifth one)
//   @yearly @annually @monthly @weekly @daily @midnight @hourly
// A day field that lets every day pass ("*", "*/1", "1-31") is unrestricted. When both day fields
// are restricted a day need match only one of them, so "0 0 */2 * 1" is odd days and Mondays.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemill {

// One bit per allowed value. Made by parse_cron, which sees to it that some day matches.
struct Cron {
  std::uint64_t seconds = 1;        // bits 0-59
  std::uint64_t minutes = 0;        // bits 0-59
  std::uint32_t hours = 0;          // bits 0-23
  std::uint32_t days_of_month = 0;  // bits 1-31
  std::uint16_t months = 0;         // bits 1-12
  std::uint8_t days_of_week = 0;    // bits 0-6, 0 = Sunday
  bool day_of_month_restricted = false;
  bool day_of_week_restricted = false;
  bool last_day = false;                       // L
  bool last_business_day = false;              // LW
  std::uint32_t nearest_business_days = 0;     // bits 1-31: 15W
  std::uint8_t last_weekdays = 0;              // bits 0-6: 5L
  std::array<std::uint8_t, 5> nth_weekdays{};  // [n - 1], bits 0-6: 5#n
  bool has_seconds = false;
  // The hour field lets every hour pass or is a step over the whole day: meant as "every so often",
  // not "at this time of day". Such expressions follow elapsed time when the clock changes.
  bool follows_elapsed_time = false;
  std::string text;  // as the author wrote it
};

// All bits of Cron::hours and Cron::months.
inline constexpr std::uint32_t kEveryHour = 0xff'ffff;
inline constexpr std::uint16_t kEveryMonth = 0x1ffe;

// Errors name the field, the value and what is accepted ("hour: 24 is not in 0-23"). Refuses what
// can never fire (30 February), what is longer than 1,000 bytes or not ASCII, ranges that run
// backwards, steps longer than their field, and what is not a time (@reboot, @every).
Result<Cron> parse_cron(std::string_view text);

// Bit d is set when the d-th of that month matches. Month 1-12.
std::uint32_t matching_days(const Cron& cron, int year, unsigned month);

// The first matching local second in [from_s, until_s), counted from 1970-01-01T00:00:00 local.
// Works by whole fields: its cost does not depend on the distance in seconds.
std::optional<std::int64_t> next_match(const Cron& cron, std::int64_t from_s, std::int64_t until_s);

}  // namespace tidemill
