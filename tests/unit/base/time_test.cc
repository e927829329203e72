#include "base/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace tidemill {
namespace {

std::int64_t us_of(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message);
  return parsed.ok() ? parsed->us : -1;
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  return parsed.ok() ? "accepted" : parsed.error().message;
}

TEST(Time, ReadsAndWritesRfc3339) {
  EXPECT_EQ(us_of("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(us_of("2026-11-22T08:54:03Z"), 1'795'337'643'000'000);
  EXPECT_EQ(us_of("2026-11-22T08:54:03.123456Z"), 1'795'337'643'123'456);
  EXPECT_EQ(us_of("2026-11-22t08:54:03.5z"), 1'795'337'643'500'000);
  EXPECT_EQ(us_of("1969-12-31T23:59:59.999999Z"), -1);
  EXPECT_EQ(format_rfc3339({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339({-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339({1'795'337'643'120'000}), "2026-11-22T08:54:03.120000Z");
}

TEST(Time, OffsetsAreTakenAway) {
  EXPECT_EQ(us_of("2026-11-22T09:54:03+01:00"), us_of("2026-11-22T08:54:03Z"));
  EXPECT_EQ(us_of("2026-11-21T20:24:03-12:30"), us_of("2026-11-22T08:54:03Z"));
  EXPECT_EQ(us_of("2026-11-22T08:54:03-00:00"), us_of("2026-11-22T08:54:03Z"));
}

TEST(Time, DigitsBeyondMicrosecondsAreDropped) {
  EXPECT_EQ(us_of("1970-01-01T00:00:00.123456999Z"), 123'456);
  EXPECT_EQ(us_of("1970-01-01T00:00:00.00000000000000000000000000001Z"), 0);
}

TEST(Time, RefusesDatesThatDoNotExist) {
  EXPECT_NE(refusal("2026-02-29T00:00:00Z").find("no such date"), std::string::npos);
  EXPECT_NE(refusal("2026-13-01T00:00:00Z").find("no such date"), std::string::npos);
  EXPECT_NE(refusal("2026-00-10T00:00:00Z").find("no such date"), std::string::npos);
  EXPECT_NE(refusal("0000-01-01T00:00:00Z").find("no such date"), std::string::npos);
  EXPECT_NE(refusal("1900-02-29T00:00:00Z").find("no such date"), std::string::npos);
  EXPECT_EQ(us_of("2000-02-29T00:00:00Z"), 951'782'400'000'000);
  EXPECT_NE(refusal("2026-01-01T24:00:00Z").find("time of day"), std::string::npos);
  EXPECT_NE(refusal("2016-12-31T23:59:60Z").find("leap second"), std::string::npos);
  EXPECT_NE(refusal("0001-01-01T00:00:00+00:01").find("outside the years"), std::string::npos);
  EXPECT_NE(refusal("9999-12-31T23:59:59-00:01").find("outside the years"), std::string::npos);
}

TEST(Time, RefusesEveryOtherForm) {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-11-22",
                                      "2026-11-22T08:54:03",
                                      "2026-11-22 08:54:03Z",
                                      "2026-11-22T08:54Z",
                                      "2026-11-22T8:54:03Z",
                                      "26-11-22T08:54:03Z",
                                      "+2026-11-22T08:54:03Z",
                                      "2026-11-22T08:54:03.Z",
                                      "2026-11-22T08:54:03,5Z",
                                      "2026-11-22T08:54:03+0100",
                                      "2026-11-22T08:54:03+24:00",
                                      "2026-11-22T08:54:03+01:60",
                                      "2026-11-22T08:54:03ZZ",
                                      " 2026-11-22T08:54:03Z",
                                      "2026-11-22T08:54:03Z ",
                                      "2026-1-22T08:54:03Z",
                                      "2026-11-22T08:54:-3Z",
                                      "20261122T085403Z",
                                      "1795337643"}) {
    EXPECT_NE(refusal(text).find("2026-11-22T08:54:03Z"), std::string::npos) << text;
  }
}

TEST(Time, AnErrorNeverRepeatsControlBytes) {
  EXPECT_EQ(refusal("\x1b[2J\n").find('\x1b'), std::string::npos);
  EXPECT_EQ(refusal("\x1b[2J\n").find('\n'), std::string::npos);
  EXPECT_LT(refusal(std::string(100'000, 'x')).size(), 400U);
}

TEST(Time, EveryDayOfFourCenturiesGoesThereAndBack) {
  const std::int64_t first = us_of("1880-01-01T12:34:56.000007Z");
  for (std::int64_t day = 0; day < 146'097; ++day) {
    const WallTime t{first + day * 86'400'000'000};
    ASSERT_EQ(us_of(format_rfc3339(t)), t.us) << format_rfc3339(t);
  }
}

TEST(Time, TheEndsOfTheRangeDoNotOverflow) {
  EXPECT_EQ(format_rfc3339({us_of("0001-01-01T00:00:00Z")}), "0001-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339({us_of("9999-12-31T23:59:59.999999Z")}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::max()}), "9223372036854775807us");
  EXPECT_EQ(format_rfc3339({std::numeric_limits<std::int64_t>::min()}), "-9223372036854775808us");
}

TEST(Time, Dates) {
  EXPECT_EQ(parse_date("1970-01-01").value(), 0);
  EXPECT_EQ(parse_date("2024-02-29").value(), 19'782);
  EXPECT_EQ(format_date(19'782), "2024-02-29");
  EXPECT_EQ(format_date(-1), "1969-12-31");
  for (const auto* text : {"2023-02-29", "2024-2-29", "2024-02-29T00:00:00Z", "", "2024-02-30"}) {
    EXPECT_FALSE(parse_date(text).ok()) << text;
  }
}

TEST(Time, TimesOfDay) {
  EXPECT_EQ(parse_time_of_day("00:00").value(), 0);
  EXPECT_EQ(parse_time_of_day("03:30").value(), 12'600);
  EXPECT_EQ(parse_time_of_day("23:59:59").value(), 86'399);
  EXPECT_EQ(format_time_of_day(12'600), "03:30");
  EXPECT_EQ(format_time_of_day(86'399), "23:59:59");
  for (const auto* text : {"24:00", "3:00", "03:60", "03:00:60", "03", "", "03:00:", "03:00:00 "}) {
    EXPECT_FALSE(parse_time_of_day(text).ok()) << text;
  }
}

TEST(Duration, ReadsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("500ms").value(), std::chrono::milliseconds(500));
  EXPECT_EQ(parse_duration("30s").value(), std::chrono::seconds(30));
  EXPECT_EQ(parse_duration("15m").value(), std::chrono::minutes(15));
  EXPECT_EQ(parse_duration("2h").value(), std::chrono::hours(2));
  EXPECT_EQ(parse_duration("7d").value(), std::chrono::days(7));
  EXPECT_EQ(parse_duration("0s").value(), Duration{0});
  EXPECT_EQ(parse_duration("3650d").value(), std::chrono::days(3650));
}

TEST(Duration, RefusesEverythingElse) {
  for (const auto* text :
       {"",   "5",    "s",  "5 s", " 5s", "5s ",  "-5s",  "+5s", "1.5h", "1h30m", "5S",
        "5M", "5min", "1w", "1y",  "P1D", "five", "0x5s", "5us", "5\ns", "inf"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_NE(parsed.error().message.find("15m"), std::string::npos) << parsed.error().message;
  }
  for (const auto* text : {"3651d", "99999999999999999999s", "9223372036854775807d"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_NE(parsed.error().message.find("3650d"), std::string::npos) << parsed.error().message;
  }
}

TEST(Duration, ForPeople) {
  const auto shown = [](std::int64_t us) { return format_duration(Duration(us)); };
  EXPECT_EQ(shown(0), "0ms");
  EXPECT_EQ(shown(250), "0.250ms");
  EXPECT_EQ(shown(412'999), "412ms");
  EXPECT_EQ(shown(3'290'000), "3.2s");
  EXPECT_EQ(shown(2'000'000), "2s");
  EXPECT_EQ(shown(9'999'999), "9.9s");
  EXPECT_EQ(shown(10'000'000), "10s");
  EXPECT_EQ(shown(59'999'999), "59s");
  EXPECT_EQ(shown(245'000'000), "4m 05s");
  EXPECT_EQ(shown(7'380'000'000), "2h 03m");
  EXPECT_EQ(shown(273'600'000'000), "3d 4h");
  EXPECT_EQ(shown(-3'290'000), "-3.2s");
  EXPECT_EQ(shown(std::numeric_limits<std::int64_t>::min()), "-106751991d 4h");
}

TEST(Clocks, RiseAndAreNotMixedUp) {
  const Now first = system_now();
  const Now second = system_now();
  EXPECT_GE(second.boot, first.boot);
  EXPECT_GT(first.wall, WallTime{us_of("2024-01-01T00:00:00Z")});
  EXPECT_GT(first.boot, BootTime{0});
}

}  // namespace
}  // namespace tidemill
