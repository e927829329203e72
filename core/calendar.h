// Dates of the proleptic Gregorian calendar and the business days among them. Days are counted from
// 1970-01-01, weekdays from Sunday = 0.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tidemill {

inline constexpr std::int64_t kDayS = 86'400;
inline constexpr unsigned kSunday = 0;
inline constexpr unsigned kSaturday = 6;

struct Date {
  int year = 1970;
  unsigned month = 1;  // 1-12
  unsigned day = 1;    // 1-31
};

// For years -32767 to 32767.
Date to_date(std::int64_t days);
std::int64_t to_days(Date date);
unsigned weekday_of(std::int64_t days);

// The day that holds a local second, also before 1970.
std::int64_t floor_days(std::int64_t local_s);

// The shape of one month.
struct Month {
  Month(int year, unsigned month);
  unsigned weekday_of(unsigned day) const { return (first_weekday + day - 1) % 7; }

  std::int64_t first_day;  // of the month, since 1970-01-01
  unsigned length;         // 28-31
  unsigned first_weekday;
};

// Whole-day rules of `calendar:`. A business day is a Monday to Friday that is no holiday. A month
// without any has no first and no last one.
struct Calendar {
  enum class Days {
    business_days,
    first_business_day,
    last_business_day
  } days = Days::business_days;
  std::vector<std::int32_t> holidays{};  // days since 1970-01-01, sorted
  std::int32_t time_of_day_s = 0;        // local time at which it is due
};

bool is_business_day(const Calendar& calendar, std::int64_t day);

// The first day of the calendar in [from, until).
std::optional<std::int64_t> next_calendar_day(const Calendar& calendar, std::int64_t from,
                                              std::int64_t until);

}  // namespace tidemill
