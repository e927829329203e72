#include "core/cron.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/time.h"
#include "core/calendar.h"
#include "core/cron_words.h"

namespace tidemill {
namespace {

Cron cron(std::string_view text) {
  const auto parsed = parse_cron(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() ? *parsed : Cron{};
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_cron(text);
  return parsed.ok() ? "accepted" : parsed.error().message;
}

// The next `count` matches after a local time, as local times.
std::vector<std::string> next(std::string_view expression, std::string_view after, int count = 1) {
  const Cron parsed = cron(expression);
  std::vector<std::string> found;
  std::int64_t at = parse_rfc3339(fmt::format("{}Z", after)).value().us / 1'000'000;
  for (int i = 0; i < count; ++i) {
    const auto match = next_match(parsed, at + 1, at + 146'097 * kDayS);
    if (!match) break;
    at = *match;
    std::string text = format_rfc3339({at * 1'000'000});
    text.pop_back();
    found.push_back(text);
  }
  return found;
}

using Times = std::vector<std::string>;

struct Refusal {
  std::string_view text;
  std::string_view says;
};

TEST(CronParser, RefusesWithTheFieldTheValueAndWhatIsAccepted) {
  constexpr std::array<Refusal, 62> kTable = {{
      {"", "0 fields"},
      {"   ", "0 fields"},
      {"* * * *", "4 fields"},
      {"* * * * * * *", "7 fields"},
      {"60 * * * *", "minute: 60 is not in 0-59"},
      {"* 24 * * *", "hour: 24 is not in 0-23"},
      {"* * 0 * *", "day-of-month: 0 is not in 1-31"},
      {"* * 32 * *", "day-of-month: 32 is not in 1-31"},
      {"* * * 0 *", "month: 0 is not in 1-12"},
      {"* * * 13 *", "month: 13 is not in 1-12"},
      {"* * * * 8", "day-of-week: 8 is not in 0-7"},
      {"60 * * * * *", "second: 60 is not in 0-59"},
      {"*/0 * * * *", "minute: */0 has step \"0\""},
      {"*/-1 * * * *", "whole number from 1 to 59"},
      {"*/60 * * * *", "whole number from 1 to 59"},
      {"* */24 * * *", "whole number from 1 to 23"},
      {"*/ * * * *", "minute: */ has step \"\""},
      {"*/x * * * *", "has step \"x\""},
      {"1/2/3 * * * *", "has step \"2/3\""},
      {"5-1 * * * *", "minute: 5-1 runs backwards; write 5-59,0-1"},
      {"* 22-4 * * *", "hour: 22-4 runs backwards; write 22-23,0-4"},
      {"* * * * SAT-MON", "day-of-week: SAT-MON runs backwards; write 6-6,0-1"},
      {"1,,2 * * * *", "minute: 1,,2 has an empty place"},
      {",1 * * * *", "empty place"},
      {"1, * * * *", "empty place"},
      {"1-70 * * * *", "minute: 70 is not in 0-59, in 1-70"},
      {"1- * * * *", "minute: 1- is not understood"},
      {"-1 * * * *", "minute: -1 is not understood; use 0-59"},
      {"1-2-3 * * * *", "not understood"},
      {"+5 * * * *", "not understood"},
      {"1.5 * * * *", "not understood"},
      {"0x10 * * * *", "not understood"},
      {"** * * * *", "not understood"},
      {"*-5 * * * *", "not understood"},
      {"99999999999999999999 * * * *", "minute: 99999999999999999999 is not in 0-59"},
      {"*/99999999999999999999 * * * *", "whole number from 1 to 59"},
      {"* * * * FOO", "day-of-week: FOO is not understood; use 0-7"},
      {"* * * FOO *", "month: FOO is not understood; use 1-12 or JAN-DEC"},
      {"* * * MONDAY *", "month: MONDAY"},
      {"* * * * JAN", "day-of-week: JAN"},
      {"MON * * * *", "minute: MON"},
      {"? * * * *", "minute: ? is not understood"},
      {"* * ?/2 * *", "day-of-month: ?/2 is not understood"},
      {"L * * * *", "minute: L"},
      {"* * L-3 * *", "day-of-month: L-3 is not understood; use 1-31, L, LW or 15W"},
      {"* * W * *", "day-of-month: W is not understood"},
      {"* * 32W * *", "day-of-month: 32 is not in 1-31, in 32W"},
      {"* * 1-5W * *", "day-of-month: 1-5W is not understood"},
      {"* * * * L", "day-of-week: L needs a weekday before it"},
      {"* * * * 8L", "day-of-week: 8 is not in 0-7, in 8L"},
      {"* * * * 5#0", "number from 1 to 5"},
      {"* * * * 5#6", "number from 1 to 5"},
      {"* * * * 5#", "number from 1 to 5"},
      {"* * * * 1-5#2", "day-of-week: 1-5#2"},
      {"* * * * #2", "day-of-week: #2"},
      {"@reboot", "@reboot is no time of the calendar"},
      {"@every 1ns", "write it as every: 15m"},
      {"@fortnightly", "@fortnightly is not known; use @yearly"},
      {"@", "@ is not known"},
      {"CRON_TZ=Europe/Berlin 0 3 * * *", "timezone:"},
      {"H * * * *", "minute: H is not understood"},
      {"0 3 * * * root", "day-of-week: root"},
  }};
  for (const Refusal& row : kTable) {
    EXPECT_NE(refusal(row.text).find(row.says), std::string::npos)
        << "\"" << row.text << "\" says: " << refusal(row.text);
  }
}

TEST(CronParser, RefusesWhatCanNeverFire) {
  EXPECT_EQ(refusal("0 0 30 2 *"),
            "day-of-month: 30 with month 2 never comes, so the schedule could never fire; L is the "
            "last day of a month");
  for (const auto* text : {"0 0 31 2 *", "0 0 31 4 *", "0 0 31 4,6,9,11 *", "0 0 30,31 FEB *",
                           "0 0 31W 4 *", "0 0 30W 2 ?"}) {
    EXPECT_NE(refusal(text).find("never fire"), std::string::npos) << text << refusal(text);
  }
}

TEST(CronParser, AcceptsWhatFiresSeldom) {
  EXPECT_EQ(next("0 0 29 2 *", "2025-01-01T00:00:00", 2),
            (Times{"2028-02-29T00:00:00", "2032-02-29T00:00:00"}));
  EXPECT_EQ(next("0 0 29 2 *", "2096-02-29T00:00:00"), (Times{"2104-02-29T00:00:00"}));
  EXPECT_EQ(next("0 0 ? 2 5#5", "2025-01-01T00:00:00", 3),
            (Times{"2036-02-29T00:00:00", "2064-02-29T00:00:00", "2092-02-29T00:00:00"}));
  EXPECT_EQ(next("0 0 ? 2 5#5", "2092-02-29T00:00:00"), (Times{"2104-02-29T00:00:00"}));
  EXPECT_EQ(next("0 0 31 2-4 *", "2025-01-01T00:00:00"), (Times{"2025-03-31T00:00:00"}));
  // An impossible date beside a weekday still fires on the weekday.
  EXPECT_EQ(next("0 0 30 2 MON", "2025-02-20T00:00:00"), (Times{"2025-02-24T00:00:00"}));
}

TEST(CronParser, RefusesLongAndForeignText) {
  EXPECT_NE(refusal(std::string(10'240, '*')).find("10240 bytes are too long"), std::string::npos);
  EXPECT_NE(refusal("0 3 * *\xc2\xa0*").find("U+00A0, a no-break space"), std::string::npos);
  EXPECT_NE(refusal("\xef\xbc\x90 3 * * *").find("U+FF10, a full-width digit"), std::string::npos);
  EXPECT_NE(refusal("0 9\xe2\x80\x93"
                    "17 * * *")
                .find("U+2013, a typographic dash"),
            std::string::npos);
  EXPECT_NE(refusal("\xef\xbb\xbf"
                    "0 3 * * *")
                .find("byte order mark"),
            std::string::npos);
  EXPECT_NE(refusal("0 3 * * \xf0\x9f\x8d\x92").find("U+1F352"), std::string::npos);
  EXPECT_NE(refusal("0 3 * * \xff").find("byte 9"), std::string::npos);
  EXPECT_NE(refusal("0 3\n* * *").find("\\x0a at byte 4"), std::string::npos);
  EXPECT_NE(refusal(std::string_view("0 3 * *\0 *", 10)).find("\\x00"), std::string::npos);
  for (const auto* text : {"\x1b[31m 3 * * *", "0 3 * * \xff\n"}) {
    EXPECT_EQ(refusal(text).find('\x1b'), std::string::npos);
    EXPECT_EQ(refusal(text).find('\n'), std::string::npos);
  }
}

TEST(CronParser, ALongButHonestListIsAccepted) {
  std::string minutes = "0";
  for (int i = 1; i < 60; ++i) minutes += fmt::format(",{}", i);
  EXPECT_EQ(cron(minutes + " * * * *").minutes, cron("* * * * *").minutes);
}

TEST(CronParser, NamesInAnyCaseAndSundayTwice) {
  EXPECT_EQ(cron("0 0 * jan-MAR Mon-fri").days_of_week, 0b0111110);
  EXPECT_EQ(cron("0 0 * jan-MAR Mon-fri").months, 0b1110);
  EXPECT_EQ(cron("0 0 * * 7").days_of_week, 1);
  EXPECT_EQ(cron("0 0 * * 0").days_of_week, 1);
  EXPECT_EQ(cron("0 0 * * 5-7").days_of_week, 0b1100001);
  EXPECT_EQ(cron("0 0 * * FRI-SUN").days_of_week, 0b1100001);
  EXPECT_EQ(cron("0 0 * * 0-7").days_of_week, 0b1111111);
  EXPECT_EQ(cron("0 0 * * SUN-TUE").days_of_week, 0b0000111);
  EXPECT_EQ(cron("0 0 * * 7#2").nth_weekdays[1], 1);
  EXPECT_EQ(cron("0 0 * * sunL").last_weekdays, 1);
}

TEST(CronParser, StepsOfEveryForm) {
  EXPECT_EQ(cron("*/20 * * * *").minutes, 1ULL | 1ULL << 20 | 1ULL << 40);
  EXPECT_EQ(cron("10-40/15 * * * *").minutes, 1ULL << 10 | 1ULL << 25 | 1ULL << 40);
  EXPECT_EQ(cron("50/5 * * * *").minutes, 1ULL << 50 | 1ULL << 55);
  EXPECT_EQ(cron("0 0 */10 * *").days_of_month, 1U << 1 | 1U << 11 | 1U << 21 | 1U << 31);
  EXPECT_EQ(cron("0 0 * */5 *").months, 1U << 1 | 1U << 6 | 1U << 11);
  EXPECT_EQ(cron("0 0 * * */3").days_of_week, 0b1001001);
  EXPECT_EQ(cron("0 0 * * 2/2").days_of_week, 0b1010100);
}

TEST(CronParser, SixFieldsHaveSecondsFirst) {
  EXPECT_EQ(cron("30 1 2 * * *").seconds, 1ULL << 30);
  EXPECT_EQ(cron("30 1 2 * * *").minutes, 1ULL << 1);
  EXPECT_TRUE(cron("30 1 2 * * *").has_seconds);
  EXPECT_EQ(next("*/20 59 23 * * *", "2025-12-31T23:59:30", 2),
            (Times{"2025-12-31T23:59:40", "2026-01-01T23:59:00"}));
}

TEST(CronParser, OnlyAnHourFieldOverTheWholeDayFollowsElapsedTime) {
  for (const auto* text : {"0 * * * *", "*/15 * * * *", "0 */2 * * *", "0 0-23 * * *",
                           "0 0-23/6 * * *", "0 0/4 * * *", "0 0-11,12-23 * * *", "@hourly"}) {
    EXPECT_TRUE(cron(text).follows_elapsed_time) << text;
  }
  for (const auto* text : {"0 3 * * *", "* 2 * * *", "0 9-17 * * *", "0 1-23/2 * * *",
                           "0 0,12 * * *", "0 */2,3 * * *", "@daily", "0 1/2 * * *"}) {
    EXPECT_FALSE(cron(text).follows_elapsed_time) << text;
  }
}

TEST(CronMatch, MacrosStandForTheirExpressions) {
  EXPECT_EQ(next("@yearly", "2025-06-01T00:00:00"), (Times{"2026-01-01T00:00:00"}));
  EXPECT_EQ(next("@ANNUALLY", "2025-06-01T00:00:00"), (Times{"2026-01-01T00:00:00"}));
  EXPECT_EQ(next("@monthly", "2025-06-01T00:00:00"), (Times{"2025-07-01T00:00:00"}));
  EXPECT_EQ(next("@weekly", "2025-06-01T00:00:00"), (Times{"2025-06-08T00:00:00"}));
  EXPECT_EQ(next("@daily", "2025-06-01T00:00:00"), (Times{"2025-06-02T00:00:00"}));
  EXPECT_EQ(next(" @midnight ", "2025-06-01T00:00:00"), (Times{"2025-06-02T00:00:00"}));
  EXPECT_EQ(next("@hourly", "2025-06-01T00:00:00"), (Times{"2025-06-01T01:00:00"}));
}

TEST(CronMatch, BothDayFieldsRestrictedMeanEither) {
  EXPECT_EQ(next("0 0 13 * FRI", "2025-06-01T00:00:00", 4),
            (Times{"2025-06-06T00:00:00", "2025-06-13T00:00:00", "2025-06-20T00:00:00",
                   "2025-06-27T00:00:00"}));
  EXPECT_EQ(next("0 0 29 2 1", "2025-02-20T00:00:00", 2),
            (Times{"2025-02-24T00:00:00", "2026-02-02T00:00:00"}));
  EXPECT_EQ(next("0 0 1-31 * MON", "2025-06-03T00:00:00"), (Times{"2025-06-09T00:00:00"}));
  EXPECT_EQ(next("0 0 15 * 0-7", "2025-06-03T00:00:00"), (Times{"2025-06-15T00:00:00"}));
  EXPECT_EQ(next("0 0 ? * MON", "2025-06-03T00:00:00"), (Times{"2025-06-09T00:00:00"}));
  EXPECT_EQ(next("0 0 L * MON", "2025-06-24T00:00:00", 2),
            (Times{"2025-06-30T00:00:00", "2025-07-07T00:00:00"}));
}

TEST(CronMatch, LastDayOfTheMonth) {
  EXPECT_EQ(next("0 0 L * *", "2024-01-31T00:00:00", 3),
            (Times{"2024-02-29T00:00:00", "2024-03-31T00:00:00", "2024-04-30T00:00:00"}));
  EXPECT_EQ(next("0 0 15,L 2 *", "2025-02-01T00:00:00", 2),
            (Times{"2025-02-15T00:00:00", "2025-02-28T00:00:00"}));
}

TEST(CronMatch, LastMondayToFridayDayOfTheMonth) {
  // May 2025 ends on a Saturday, August on a Sunday, June on a Monday.
  EXPECT_EQ(next("0 0 LW * *", "2025-05-01T00:00:00", 4),
            (Times{"2025-05-30T00:00:00", "2025-06-30T00:00:00", "2025-07-31T00:00:00",
                   "2025-08-29T00:00:00"}));
}

TEST(CronMatch, NearestMondayToFridayDayStaysInItsMonth) {
  // 15 June 2025 is a Sunday, 15 November a Saturday, 15 October a Wednesday.
  EXPECT_EQ(next("0 0 15W 6,10,11 *", "2025-06-01T00:00:00", 3),
            (Times{"2025-06-16T00:00:00", "2025-10-15T00:00:00", "2025-11-14T00:00:00"}));
  // 1 November 2025 is a Saturday: Monday the 3rd, not 31 October. 1 June 2025 is a Sunday.
  EXPECT_EQ(next("0 0 1W 6,11 *", "2025-05-31T00:00:00", 2),
            (Times{"2025-06-02T00:00:00", "2025-11-03T00:00:00"}));
  // 31 August 2025 is a Sunday: Friday the 29th. 30 November 2025 is a Sunday: Friday the 28th.
  EXPECT_EQ(next("0 0 31W 8 *", "2025-05-31T00:00:00"), (Times{"2025-08-29T00:00:00"}));
  EXPECT_EQ(next("0 0 30W 11 *", "2025-05-31T00:00:00"), (Times{"2025-11-28T00:00:00"}));
  // April has no 31st, so 31W says nothing about it.
  EXPECT_EQ(next("0 0 31W 4,5 *", "2025-04-01T00:00:00"), (Times{"2025-05-30T00:00:00"}));
  EXPECT_EQ(next("0 0 29W 2 *", "2025-01-01T00:00:00"), (Times{"2028-02-29T00:00:00"}));
}

TEST(CronMatch, LastAndNthWeekdays) {
  EXPECT_EQ(next("0 0 * * 5L", "2025-05-01T00:00:00", 2),
            (Times{"2025-05-30T00:00:00", "2025-06-27T00:00:00"}));
  EXPECT_EQ(next("0 0 * * FRI#2", "2025-05-01T00:00:00", 2),
            (Times{"2025-05-09T00:00:00", "2025-06-13T00:00:00"}));
  EXPECT_EQ(next("0 0 * * 5#5", "2025-05-01T00:00:00", 2),
            (Times{"2025-05-30T00:00:00", "2025-08-29T00:00:00"}));
  EXPECT_EQ(next("0 0 * * MON#1,5L", "2025-05-01T00:00:00", 3),
            (Times{"2025-05-05T00:00:00", "2025-05-30T00:00:00", "2025-06-02T00:00:00"}));
  EXPECT_EQ(next("0 0 1 * 5L", "2025-05-01T00:00:00", 3),
            (Times{"2025-05-30T00:00:00", "2025-06-01T00:00:00", "2025-06-27T00:00:00"}));
}

TEST(CronMatch, TheEndsOfASearchAreRespected) {
  const Cron daily = cron("0 3 * * *");
  EXPECT_EQ(next_match(daily, 3 * 3600, 3 * 3600 + 1), 3 * 3600);
  EXPECT_EQ(next_match(daily, 3 * 3600, 3 * 3600), std::nullopt);
  EXPECT_EQ(next_match(daily, 3 * 3600 + 1, kDayS + 3 * 3600), std::nullopt);
  EXPECT_EQ(next_match(daily, 3 * 3600 + 1, kDayS + 3 * 3600 + 1), kDayS + 3 * 3600);
  EXPECT_EQ(next_match(daily, -kDayS, 0), 3 * 3600 - kDayS);
}

// Every bit by itself, far from any cleverness: does this local second match?
bool matches(const Cron& c, std::int64_t local_s) {
  const std::int64_t day = floor_days(local_s);
  const std::int64_t s = local_s - day * kDayS;
  const Date date = to_date(day);
  return (c.seconds >> (s % 60) & 1) != 0 && (c.minutes >> (s / 60 % 60) & 1) != 0 &&
         (c.hours >> (s / 3600) & 1) != 0 &&
         (matching_days(c, date.year, date.month) >> date.day & 1) != 0;
}

TEST(CronMatch, AgreesWithAskingEverySecond) {
  for (const auto* text : {"*/7 * * * * *", "59 59 23 * * *", "0 0 0 * * *", "0,59 */13 5,23 * * *",
                           "15 30 12 28-31 2,12 *", "1 2 3 * * 0,6"}) {
    const Cron parsed = cron(text);
    const std::int64_t begin = to_days({2024, 2, 27}) * kDayS;
    std::int64_t expected = begin;
    const std::int64_t end = begin + 4 * kDayS;
    for (std::int64_t at = begin; at < end; ++at) {
      if (!matches(parsed, at)) continue;
      ASSERT_EQ(next_match(parsed, expected, end), at) << text;
      expected = at + 1;
    }
    ASSERT_EQ(next_match(parsed, expected, end), std::nullopt) << text;
  }
}

TEST(CronWords, SayWhatAPersonWould) {
  const auto words = [](std::string_view text) { return in_words(cron(text)); };
  EXPECT_EQ(words("0 3 * * *"), "every day at 03:00");
  EXPECT_EQ(words("30 9,17 * * MON-FRI"), "Monday to Friday at 09:30 and 17:30");
  EXPECT_EQ(words("0 0 * * 1,5"), "on Mondays and Fridays at 00:00");
  EXPECT_EQ(words("0 0 1,15 * *"), "on the 1st and the 15th of the month at 00:00");
  EXPECT_EQ(words("0 0 13 * FRI"), "on the 13th of the month or on Fridays at 00:00");
  EXPECT_EQ(words("0 0 L * *"), "on the last day of the month at 00:00");
  EXPECT_EQ(words("0 0 LW * *"), "on the last Monday-to-Friday day of the month at 00:00");
  EXPECT_EQ(words("0 0 15W * *"),
            "on the Monday-to-Friday day nearest to the 15th of the month at 00:00");
  EXPECT_EQ(words("0 0 * * 5L"), "on the last Friday of the month at 00:00");
  EXPECT_EQ(words("0 0 * * TUE#2"), "on the second Tuesday of the month at 00:00");
  EXPECT_EQ(words("0 6 * 6-8 *"), "every day in June to August at 06:00");
  EXPECT_EQ(words("0 6 1 1,7 *"), "on the 1st of the month in January and July at 06:00");
  EXPECT_EQ(words("* * * * *"), "every minute");
  EXPECT_EQ(words("*/15 * * * *"), "every 15 minutes");
  EXPECT_EQ(words("*/7 * * * *"), "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour");
  EXPECT_EQ(words("*/15 9-17 * * 1-5"), "every 15 minutes from 09:00 to 17:59, Monday to Friday");
  EXPECT_EQ(words("0 * * * *"), "every hour");
  EXPECT_EQ(words("5 * * * *"), "every hour at minute 5");
  EXPECT_EQ(words("5,35 * * * *"), "at minutes 5 and 35 of every hour");
  EXPECT_EQ(words("0 */2 * * *"), "every 2 hours");
  EXPECT_EQ(words("10 */6 * * *"), "every 6 hours at minute 10");
  EXPECT_EQ(words("0 9-17 * * *"), "every hour from 09:00 to 17:00");
  EXPECT_EQ(words("* * * * * *"), "every second");
  EXPECT_EQ(words("*/10 * * * * *"), "every 10 seconds");
  EXPECT_EQ(words("30 * * * * *"), "at second 30 of every minute");
  EXPECT_EQ(words("30 0 3 * * *"), "every day at 03:00:30");
  EXPECT_EQ(words("0 0 * * 6,0"), "on Saturdays and Sundays at 00:00");
  EXPECT_EQ(words("0 0 * * FRI-SUN"), "Friday to Sunday at 00:00");
}

}  // namespace
}  // namespace tidemill
