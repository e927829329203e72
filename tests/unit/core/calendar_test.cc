#include "core/calendar.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace tidemill {
namespace {

std::int32_t day(std::string_view text) { return parse_date(text).value(); }

std::vector<std::string> next(const Calendar& calendar, std::string_view from, int count) {
  std::vector<std::string> found;
  std::int64_t at = day(from);
  for (int i = 0; i < count; ++i) {
    const auto next_day = next_calendar_day(calendar, at, at + 146'097);
    if (!next_day) break;
    found.push_back(format_date(static_cast<std::int32_t>(*next_day)));
    at = *next_day + 1;
  }
  return found;
}

using Dates = std::vector<std::string>;

TEST(Calendar, DatesGoThereAndBack) {
  for (std::int64_t days = -800'000; days < 800'000; days += 17) {
    ASSERT_EQ(to_days(to_date(days)), days);
  }
  EXPECT_EQ(weekday_of(0), 4U);
  EXPECT_EQ(weekday_of(-4), kSunday);
  EXPECT_EQ(floor_days(-1), -1);
  EXPECT_EQ(floor_days(-kDayS), -1);
  EXPECT_EQ(floor_days(kDayS - 1), 0);
}

TEST(Calendar, MonthsKnowTheirShape) {
  EXPECT_EQ(Month(2024, 2).length, 29U);
  EXPECT_EQ(Month(2100, 2).length, 28U);
  EXPECT_EQ(Month(2025, 6).first_weekday, kSunday);
  EXPECT_EQ(Month(2025, 6).weekday_of(28), kSaturday);
}

TEST(Calendar, BusinessDaysSkipWeekendsAndHolidays) {
  const Calendar calendar{.holidays = {day("2025-12-25"), day("2025-12-26"), day("2026-01-01")}};
  EXPECT_EQ(next(calendar, "2025-12-24", 6), (Dates{"2025-12-24", "2025-12-29", "2025-12-30",
                                                    "2025-12-31", "2026-01-02", "2026-01-05"}));
}

TEST(Calendar, FirstBusinessDayOfTheMonth) {
  const Calendar calendar{.days = Calendar::Days::first_business_day,
                          .holidays = {day("2026-01-01"), day("2026-01-02")}};
  EXPECT_EQ(next(calendar, "2025-11-04", 3), (Dates{"2025-12-01", "2026-01-05", "2026-02-02"}));
}

TEST(Calendar, LastBusinessDayOfTheMonth) {
  const Calendar calendar{.days = Calendar::Days::last_business_day,
                          .holidays = {day("2025-12-31")}};
  EXPECT_EQ(next(calendar, "2025-11-28", 3), (Dates{"2025-11-28", "2025-12-30", "2026-01-30"}));
  EXPECT_EQ(next(calendar, "2025-11-29", 1), (Dates{"2025-12-30"}));
}

TEST(Calendar, AMonthOfHolidaysHasNoBusinessDay) {
  Calendar calendar{.days = Calendar::Days::first_business_day};
  for (std::int32_t d = day("2025-08-01"); d <= day("2025-08-31"); ++d) {
    calendar.holidays.push_back(d);
  }
  EXPECT_EQ(next(calendar, "2025-07-02", 1), (Dates{"2025-09-01"}));
  calendar.days = Calendar::Days::last_business_day;
  EXPECT_EQ(next(calendar, "2025-08-01", 1), (Dates{"2025-09-30"}));
  calendar.days = Calendar::Days::business_days;
  EXPECT_EQ(next(calendar, "2025-08-01", 1), (Dates{"2025-09-01"}));
}

TEST(Calendar, TheEndsOfASearchAreRespected) {
  const Calendar calendar{.days = Calendar::Days::first_business_day};
  const std::int32_t first = day("2025-09-01");
  EXPECT_EQ(next_calendar_day(calendar, first, first + 1), first);
  EXPECT_EQ(next_calendar_day(calendar, first - 20, first), std::nullopt);
  EXPECT_EQ(next_calendar_day(calendar, first, first), std::nullopt);
}

}  // namespace
}  // namespace tidemill
