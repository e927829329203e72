#include "core/calendar.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"

namespace tidemill {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

std::optional<std::int64_t> next_business_day(const Calendar& calendar, std::int64_t from,
                                              std::int64_t until) {
  for (std::int64_t day = from; day < until; ++day) {
    if (is_business_day(calendar, day)) return day;
  }
  return std::nullopt;
}

std::optional<std::int64_t> last_business_day(const Calendar& calendar, const Month& month) {
  for (std::int64_t day = month.first_day + month.length - 1; day >= month.first_day; --day) {
    if (is_business_day(calendar, day)) return day;
  }
  return std::nullopt;
}

std::optional<std::int64_t> day_of_month(const Calendar& calendar, const Month& month) {
  switch (calendar.days) {
    case Calendar::Days::first_business_day:
      return next_business_day(calendar, month.first_day, month.first_day + month.length);
    case Calendar::Days::last_business_day:
      return last_business_day(calendar, month);
    case Calendar::Days::business_days:
      break;
  }
  UNREACHABLE();
}

}  // namespace

Date to_date(std::int64_t days) {
  const year_month_day date{sys_days(std::chrono::days(days))};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

std::int64_t to_days(Date date) {
  return sys_days(year_month_day(std::chrono::year(date.year), std::chrono::month(date.month),
                                 std::chrono::day(date.day)))
      .time_since_epoch()
      .count();
}

unsigned weekday_of(std::int64_t days) {
  return std::chrono::weekday(sys_days(std::chrono::days(days))).c_encoding();
}

std::int64_t floor_days(std::int64_t local_s) {
  return local_s / kDayS - (local_s % kDayS < 0 ? 1 : 0);
}

Month::Month(int year, unsigned month)
    : first_day(to_days({year, month, 1})),
      length(static_cast<unsigned>(
          (std::chrono::year(year) / std::chrono::month(month) / std::chrono::last).day())),
      first_weekday(tidemill::weekday_of(first_day)) {}

bool is_business_day(const Calendar& calendar, std::int64_t day) {
  const unsigned weekday = weekday_of(day);
  if (weekday == kSaturday || weekday == kSunday) return false;
  return !std::binary_search(calendar.holidays.begin(), calendar.holidays.end(), day);
}

std::optional<std::int64_t> next_calendar_day(const Calendar& calendar, std::int64_t from,
                                              std::int64_t until) {
  if (calendar.days == Calendar::Days::business_days) {
    return next_business_day(calendar, from, until);
  }
  std::int64_t in_month = from;
  while (in_month < until) {
    const Date date = to_date(in_month);
    const Month month(date.year, date.month);
    const auto day = day_of_month(calendar, month);
    if (day && *day >= from) return *day < until ? day : std::nullopt;
    in_month = month.first_day + month.length;
  }
  return std::nullopt;
}

}  // namespace tidemill
