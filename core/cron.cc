#include "core/cron.h"

#include <bit>

#include "core/calendar.h"

namespace tidemill {
namespace {

// The lowest set bit at or above `from`.
std::optional<int> next_bit(std::uint64_t bits, int from) {
  const std::uint64_t rest = from > 63 ? 0 : bits >> from << from;
  if (rest == 0) return std::nullopt;
  return std::countr_zero(rest);
}

std::uint32_t bit(unsigned index) { return std::uint32_t{1} << index; }

// Days of the month whose weekday is in `weekdays`; bits beyond the month's end may be set.
std::uint32_t days_with_weekday(const Month& month, unsigned weekdays) {
  constexpr std::uint32_t kEverySeventh = 1U | 1U << 7 | 1U << 14 | 1U << 21 | 1U << 28;
  std::uint32_t days = 0;
  for (; weekdays != 0; weekdays &= weekdays - 1) {
    const auto weekday = static_cast<unsigned>(std::countr_zero(weekdays));
    days |= kEverySeventh << (1 + (weekday + 7 - month.first_weekday) % 7);
  }
  return days;
}

std::uint32_t nearest_business_day(const Month& month, unsigned day) {
  const unsigned weekday = month.weekday_of(day);
  if (weekday == kSaturday) return bit(day > 1 ? day - 1 : day + 2);
  if (weekday == kSunday) return bit(day < month.length ? day + 1 : day - 2);
  return bit(day);
}

std::uint32_t days_by_number(const Cron& cron, const Month& month) {
  std::uint32_t days = cron.days_of_month;
  if (cron.last_day) days |= bit(month.length);
  if (cron.last_business_day) days |= nearest_business_day(month, month.length);
  std::uint32_t nearest = cron.nearest_business_days;
  for (; nearest != 0; nearest &= nearest - 1) {
    const auto day = static_cast<unsigned>(std::countr_zero(nearest));
    if (day <= month.length) days |= nearest_business_day(month, day);
  }
  return days;
}

std::uint32_t days_by_weekday(const Cron& cron, const Month& month) {
  std::uint32_t days = days_with_weekday(month, cron.days_of_week);
  const std::uint32_t last_seven = ~std::uint32_t{0} << (month.length - 6);
  days |= days_with_weekday(month, cron.last_weekdays) & last_seven;
  for (unsigned n = 0; n < cron.nth_weekdays.size(); ++n) {
    const std::uint32_t nth_seven = std::uint32_t{0b1111111} << (7 * n + 1);
    days |= days_with_weekday(month, cron.nth_weekdays[n]) & nth_seven;
  }
  return days;
}

// The first matching day in [from, until), both in days since 1970-01-01.
std::optional<std::int64_t> next_day(const Cron& cron, std::int64_t from, std::int64_t until) {
  std::int64_t first_of_month = from;
  while (first_of_month < until) {
    const Date date = to_date(first_of_month);
    const std::uint32_t days = matching_days(cron, date.year, date.month);
    if (const auto found = next_bit(days, static_cast<int>(date.day))) {
      const std::int64_t day = first_of_month - date.day + *found;
      return day < until ? std::optional(day) : std::nullopt;
    }
    first_of_month += Month(date.year, date.month).length - date.day + 1;
  }
  return std::nullopt;
}

// The first matching second of a day at or after `from`, which may be past the end of the day.
std::optional<std::int64_t> next_time_of_day(const Cron& cron, std::int64_t from) {
  int hour = static_cast<int>(from / 3600);
  int minute = static_cast<int>(from / 60 % 60);
  const auto second = next_bit(cron.seconds, static_cast<int>(from % 60));
  if (!second) ++minute;
  const auto matching_minute = next_bit(cron.minutes, minute);
  if (!matching_minute) ++hour;
  const auto matching_hour = next_bit(cron.hours, hour);
  if (!matching_hour) return std::nullopt;
  const std::int64_t first_minute = std::countr_zero(cron.minutes);
  const std::int64_t first_second = std::countr_zero(cron.seconds);
  const bool same_hour = matching_minute && *matching_hour == hour;
  const bool same_minute = same_hour && second && *matching_minute == minute;
  return std::int64_t{*matching_hour} * 3600 + (same_hour ? *matching_minute : first_minute) * 60 +
         (same_minute ? *second : first_second);
}

}  // namespace

std::uint32_t matching_days(const Cron& cron, int year, unsigned month) {
  if ((cron.months >> month & 1) == 0) return 0;
  const Month shape(year, month);
  const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << (shape.length + 1)) - 2);
  const std::uint32_t by_number = days_by_number(cron, shape) & all;
  const std::uint32_t by_weekday = days_by_weekday(cron, shape) & all;
  if (cron.day_of_month_restricted && cron.day_of_week_restricted) return by_number | by_weekday;
  return by_number & by_weekday;
}

std::optional<std::int64_t> next_match(const Cron& cron, std::int64_t from_s,
                                       std::int64_t until_s) {
  std::int64_t day = floor_days(from_s);
  std::int64_t second_of_day = from_s - day * kDayS;
  const std::int64_t until_day = floor_days(until_s - 1) + 1;
  while (const auto found = next_day(cron, day, until_day)) {
    const auto time = next_time_of_day(cron, *found == day ? second_of_day : 0);
    if (time) {
      const std::int64_t match = *found * kDayS + *time;
      return match < until_s ? std::optional(match) : std::nullopt;
    }
    day = *found + 1;
    second_of_day = 0;
  }
  return std::nullopt;
}

}  // namespace tidemill
