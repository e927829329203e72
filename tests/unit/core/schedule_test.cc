#include "core/schedule.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/at.h"

namespace tidemill {
namespace {

using testing::at;

constexpr WallTime kForever{std::numeric_limits<std::int64_t>::max()};
constexpr WallTime kBeginning{std::numeric_limits<std::int64_t>::min()};
constexpr std::int64_t kSecondUs = 1'000'000;

using Times = std::vector<std::string>;

std::int32_t day(std::string_view text) { return parse_date(text).value(); }

Schedule cron_schedule(std::string_view text, std::string_view zone = "UTC", DstPolicy dst = {}) {
  Schedule schedule;
  schedule.cron = parse_cron(text).value();
  schedule.timezone = zone;
  schedule.dst = dst;
  return schedule;
}

Schedule every(Duration interval, WallTime anchor = {}) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::every;
  schedule.every = interval;
  schedule.anchor = anchor;
  return schedule;
}

Times due(const Schedule& schedule, std::string_view after, std::size_t count) {
  const ZonePtr zone = load_zone(schedule.timezone).value();
  Times texts;
  for (const WallTime t : due_between(schedule, *zone, at(after), kForever, count)) {
    texts.push_back(format_rfc3339(t));
  }
  return texts;
}

TEST(Every, CountsFromItsAnchorInBothDirections) {
  const Schedule schedule = every(std::chrono::minutes(15), at("2026-01-01T00:07:00Z"));
  EXPECT_EQ(due(schedule, "2026-06-01T12:00:00Z", 2),
            (Times{"2026-06-01T12:07:00Z", "2026-06-01T12:22:00Z"}));
  EXPECT_EQ(due(schedule, "2025-12-31T23:40:00Z", 2),
            (Times{"2025-12-31T23:52:00Z", "2026-01-01T00:07:00Z"}));
  EXPECT_EQ(due(schedule, "2026-01-01T00:07:00Z", 1), (Times{"2026-01-01T00:22:00Z"}));
  EXPECT_EQ(due(schedule, "2026-01-01T00:06:59.999999Z", 1), (Times{"2026-01-01T00:07:00Z"}));
}

TEST(Every, FractionsOfASecondAndTimesBefore1970) {
  EXPECT_EQ(due(every(std::chrono::milliseconds(1500)), "1969-12-31T23:59:58.5Z", 2),
            (Times{"1970-01-01T00:00:00Z", "1970-01-01T00:00:01.500000Z"}));
  EXPECT_EQ(due(every(std::chrono::hours(7), at("2020-01-01T00:00:00Z")), "0001-01-01T00:00:00Z", 1)
                .size(),
            1U);
}

TEST(Every, ADayIsTwentyFourHoursAlsoWhenTheClockChanges) {
  Schedule schedule = every(std::chrono::hours(24), at("2026-03-27T02:30:00Z"));
  schedule.timezone = "Europe/Berlin";
  EXPECT_EQ(due(schedule, "2026-03-28T00:00:00Z", 3),
            (Times{"2026-03-28T02:30:00Z", "2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"}));
}

TEST(Every, MatchesTheDefinitionAroundRandomTimes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto interval = static_cast<std::int64_t>(random() % 400'000'000'000ULL) + 1;
    const auto anchor = static_cast<std::int64_t>(random() % 4'000'000'000'000'000ULL);
    const auto after = static_cast<std::int64_t>(random() % 4'000'000'000'000'000ULL) - 1'000'000;
    const WallTime next = *next_due(every(Duration(interval), {anchor}), *utc_zone(), {after});
    ASSERT_GT(next.us, after);
    ASSERT_LE(next.us - after, interval);
    ASSERT_EQ((next.us - anchor) % interval, 0);
  }
}

TEST(At, NamesItsMomentsOnce) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::at;
  schedule.instants = {at("2026-01-01T00:00:00.25Z"), at("2026-06-01T12:00:00Z")};
  EXPECT_EQ(due(schedule, "2025-01-01T00:00:00Z", 9),
            (Times{"2026-01-01T00:00:00.250000Z", "2026-06-01T12:00:00Z"}));
  EXPECT_EQ(due(schedule, "2026-01-01T00:00:00.25Z", 9), (Times{"2026-06-01T12:00:00Z"}));
  EXPECT_EQ(due(schedule, "2026-06-01T12:00:00Z", 9), Times{});
  schedule.instants.clear();
  EXPECT_EQ(due(schedule, "2025-01-01T00:00:00Z", 9), Times{});
}

TEST(Dates, AreDueAtOneLocalTime) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::dates;
  schedule.dates = {day("2026-03-28"), day("2026-03-29"), day("2026-07-01")};
  schedule.time_of_day_s = 2 * 3600 + 30 * 60;
  schedule.timezone = "Europe/Berlin";
  EXPECT_EQ(due(schedule, "2026-01-01T00:00:00Z", 9),
            (Times{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-07-01T00:30:00Z"}));
  EXPECT_EQ(due(schedule, "2026-03-28T01:30:00Z", 1), (Times{"2026-03-29T01:00:00Z"}));
  schedule.dst.gap = DstPolicy::Gap::skip;
  EXPECT_EQ(due(schedule, "2026-03-28T01:30:00Z", 9), (Times{"2026-07-01T00:30:00Z"}));
}

TEST(Dates, MidnightAndTheLastSecondBelongToTheirDay) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::dates;
  schedule.dates = {day("2026-05-01")};
  EXPECT_EQ(due(schedule, "2026-04-30T23:59:59.9Z", 9), (Times{"2026-05-01T00:00:00Z"}));
  EXPECT_EQ(due(schedule, "2026-05-01T00:00:00Z", 9), Times{});
  schedule.time_of_day_s = 86'399;
  EXPECT_EQ(due(schedule, "2026-05-01T12:00:00Z", 9), (Times{"2026-05-01T23:59:59Z"}));
}

TEST(CalendarSchedule, FollowsBusinessDaysInItsZone) {
  Schedule schedule;
  schedule.kind = Schedule::Kind::calendar;
  schedule.calendar.holidays = {day("2025-12-25"), day("2025-12-26")};
  schedule.calendar.time_of_day_s = 6 * 3600;
  schedule.timezone = "America/New_York";
  EXPECT_EQ(due(schedule, "2025-12-24T11:00:00Z", 2),
            (Times{"2025-12-29T11:00:00Z", "2025-12-30T11:00:00Z"}));
  schedule.calendar.days = Calendar::Days::last_business_day;
  EXPECT_EQ(due(schedule, "2025-12-24T11:00:00Z", 2),
            (Times{"2025-12-31T11:00:00Z", "2026-01-30T11:00:00Z"}));
  schedule.calendar.days = Calendar::Days::first_business_day;
  EXPECT_EQ(due(schedule, "2026-05-20T11:00:00Z", 1), (Times{"2026-06-01T10:00:00Z"}));
}

TEST(NextDue, TheEndsOfTimeAreNoTrap) {
  const Schedule daily = cron_schedule("0 3 * * *");
  EXPECT_EQ(next_due(daily, *utc_zone(), kForever), std::nullopt);
  EXPECT_EQ(next_due(daily, *utc_zone(), at("9999-06-01T00:00:00Z")), std::nullopt);
  EXPECT_EQ(format_rfc3339(*next_due(daily, *utc_zone(), kBeginning)), "0001-01-01T03:00:00Z");
  EXPECT_EQ(next_due(every(std::chrono::hours(1)), *utc_zone(), kForever), std::nullopt);
  EXPECT_TRUE(next_due(every(std::chrono::hours(1)), *utc_zone(), kBeginning));
  for (const auto* zone : {"Pacific/Kiritimati", "Etc/GMT+12"}) {
    const ZonePtr loaded = load_zone(zone).value();
    EXPECT_TRUE(next_due(daily, *loaded, kBeginning)) << zone;
    EXPECT_EQ(next_due(daily, *loaded, at("9999-12-31T23:00:00Z")), std::nullopt) << zone;
  }
}

TEST(NextDue, AScheduleWhoseOnlyTimesAreSkippedIsNotDueInThem) {
  // 02:30 on the last Sunday of March never exists in Berlin as long as the rule is known; after
  // 2037 the zone has no more changes.
  const Schedule schedule = cron_schedule("30 2 ? 3 SUNL", "Europe/Berlin",
                                          {.gap = DstPolicy::Gap::skip});
  EXPECT_EQ(due(schedule, "2026-01-01T00:00:00Z", 1), (Times{"2038-03-28T01:30:00Z"}));
}

// The definition in the header, second by second: what is due in (after, until]?
std::vector<WallTime> due_by_definition(const Schedule& schedule, const Zone& zone,
                                        std::int64_t after_s, std::int64_t until_s) {
  const auto matches = [&](std::int64_t local_s) {
    return next_match(schedule.cron, local_s, local_s + 1).has_value();
  };
  const bool elapsed = schedule.cron.follows_elapsed_time;
  std::vector<WallTime> due;
  for (std::int64_t s = after_s + 1; s <= until_s; ++s) {
    const std::int64_t local_s = zone.to_local(s).s;
    const bool first_showing = zone.to_utc({local_s}).first_s == s;
    const bool shown_again_counts = elapsed || schedule.dst.fold == DstPolicy::Fold::both;
    bool is_due = matches(local_s) && (first_showing || shown_again_counts);
    if (!elapsed && schedule.dst.gap == DstPolicy::Gap::run_after) {
      for (std::int64_t skipped = zone.to_local(s - 1).s + 1; skipped < local_s; ++skipped) {
        is_due = is_due || matches(skipped);
      }
    }
    if (is_due) due.push_back({s * kSecondUs});
  }
  return due;
}

struct Random {
  std::mt19937_64 engine;

  explicit Random(std::uint64_t seed) : engine(seed) {}
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(bound));
  }

  std::string field(int min, int max) {
    switch (below(5)) {
      case 0:
        return "*";
      case 1:
        return fmt::format("{}", min + below(max - min + 1));
      case 2:
        return fmt::format("*/{}", 1 + below(max - min));
      case 3:
        return fmt::format("{}-{}", min + below(4), max - below(4));
      default:
        return fmt::format("{},{}", min + below(max - min + 1), min + below(max - min + 1));
    }
  }

  std::string cron() {
    return fmt::format("{} {} {} {} * {}", field(0, 59), field(0, 59), field(0, 23),
                       below(3) == 0 ? field(1, 31) : "*", below(3) == 0 ? field(0, 6) : "*");
  }

  DstPolicy policy() {
    return {.gap = below(2) == 0 ? DstPolicy::Gap::run_after : DstPolicy::Gap::skip,
            .fold = below(2) == 0 ? DstPolicy::Fold::first : DstPolicy::Fold::both};
  }
};

constexpr std::array<const char*, 14> kZones = {
    "Europe/Berlin",     "America/New_York",  "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia",        "Antarctica/Troll",
    "Europe/Dublin",     "Africa/Monrovia",   "Pacific/Kwajalein",   "America/St_Johns",
    "Asia/Gaza",         "Antarctica/Casey"};

TEST(NextDue, AgreesWithTheDefinitionSecondBySecondAroundClockChanges) {
  constexpr std::uint64_t kSeed = 20'260'329;
  Random random(kSeed);
  for (int i = 0; i < 250; ++i) {
    const ZonePtr zone = load_zone(kZones[static_cast<std::size_t>(random.below(kZones.size()))])
                             .value();
    const auto& periods = zone->periods();
    const auto count = static_cast<std::int64_t>(periods.size());
    const std::int64_t change = periods[static_cast<std::size_t>(random.below(count))].begin_s;
    const std::int64_t after_s = change - random.below(4 * 3600);
    const std::int64_t until_s = change + random.below(4 * 3600);
    const Schedule schedule = cron_schedule(random.cron(), zone->name(), random.policy());
    const auto expected = due_by_definition(schedule, *zone, after_s, until_s);
    const auto found = due_between(schedule, *zone, {after_s * kSecondUs}, {until_s * kSecondUs},
                                   100'000);
    ASSERT_EQ(found, expected) << "seed " << kSeed << " round " << i << ": " << schedule.cron.text
                               << " in " << zone->name() << " after "
                               << format_rfc3339({after_s * kSecondUs});
  }
}

TEST(NextDue, RisesStrictlyAndDoesNotDependOnTheStep) {
  Random random(11);
  for (int i = 0; i < 3'000; ++i) {
    const ZonePtr zone = load_zone(kZones[static_cast<std::size_t>(random.below(kZones.size()))])
                             .value();
    const Schedule schedule = cron_schedule(random.cron(), zone->name(), random.policy());
    WallTime from{random.below(2'000'000'000'000'000)};
    const auto all = due_between(schedule, *zone, from, kForever, 30);
    ASSERT_EQ(all.size(), 30U) << schedule.cron.text;
    for (const WallTime t : all) {
      ASSERT_GT(t, from);
      // Asked from anywhere between two firings, the answer is the later one.
      const WallTime between{from.us + random.below(t.us - from.us)};
      ASSERT_EQ(next_due(schedule, *zone, between), t) << schedule.cron.text;
      from = t;
    }
  }
}

TEST(DueBetween, IsOpenAtTheBeginningAndClosedAtTheEnd) {
  const Schedule hourly = cron_schedule("0 * * * *");
  const WallTime from = at("2026-01-01T00:00:00Z");
  EXPECT_EQ(due_between(hourly, *utc_zone(), from, from + std::chrono::hours(2), 99).size(), 2U);
  EXPECT_EQ(due_between(hourly, *utc_zone(), from, from, 99).size(), 0U);
  EXPECT_EQ(due_between(hourly, *utc_zone(), from, from - std::chrono::hours(1), 99).size(), 0U);
  EXPECT_EQ(due_between(hourly, *utc_zone(), from, kForever, 7).size(), 7U);
  EXPECT_EQ(due_between(hourly, *utc_zone(), from, kForever, 0).size(), 0U);
}

TEST(LastDue, IsTheLastOfDueBetween) {
  Random random(5);
  for (int i = 0; i < 2'000; ++i) {
    const ZonePtr zone = load_zone(kZones[static_cast<std::size_t>(random.below(kZones.size()))])
                             .value();
    const Schedule schedule = cron_schedule(random.cron(), zone->name(), random.policy());
    const WallTime from{random.below(2'000'000'000'000'000)};
    const WallTime until = from + Duration(random.below(3'000'000'000));
    const auto all = due_between(schedule, *zone, from, until, 100'000);
    const auto last = last_due(schedule, *zone, from, until);
    ASSERT_EQ(last, all.empty() ? std::nullopt : std::optional(all.back()))
        << schedule.cron.text << " " << format_rfc3339(from);
  }
}

TEST(LastDue, AMonthOfSecondsIsNoWork) {
  const Schedule schedule = cron_schedule("* * * * * *");
  const WallTime until = at("2026-03-01T00:00:00.5Z");
  EXPECT_EQ(last_due(schedule, *utc_zone(), at("2026-01-01T00:00:00Z"), until),
            at("2026-03-01T00:00:00Z"));
  EXPECT_EQ(last_due(schedule, *utc_zone(), until, until), std::nullopt);
}

TEST(ShortestGap, OverTheFirstFirings) {
  const auto gap = [](const Schedule& schedule) {
    return shortest_gap(schedule, *utc_zone(), at("2026-01-01T00:00:00Z"));
  };
  EXPECT_EQ(gap(cron_schedule("* * * * * *")), std::chrono::seconds(1));
  EXPECT_EQ(gap(cron_schedule("0,7 3 * * *")), std::chrono::minutes(7));
  EXPECT_EQ(gap(cron_schedule("0 0 1 1 *")), std::chrono::days(365));
  EXPECT_EQ(gap(every(std::chrono::milliseconds(500))), std::chrono::milliseconds(500));
  Schedule once;
  once.kind = Schedule::Kind::at;
  once.instants = {at("2026-05-01T00:00:00Z")};
  EXPECT_EQ(gap(once), std::nullopt);
}

TEST(ScheduleInWords, NamesZoneAndUnusualPolicy) {
  EXPECT_EQ(in_words(cron_schedule("0 3 * * *", "Europe/Berlin")),
            "every day at 03:00 Europe/Berlin");
  EXPECT_EQ(in_words(cron_schedule("0 3 * * *", "UTC",
                                   {.gap = DstPolicy::Gap::skip, .fold = DstPolicy::Fold::both})),
            "every day at 03:00 UTC, not when the clock skips that time, twice when the clock "
            "repeats that time");
  EXPECT_EQ(in_words(cron_schedule("*/5 * * * *", "UTC", {.gap = DstPolicy::Gap::skip})),
            "every 5 minutes");
  EXPECT_EQ(in_words(cron_schedule("0 */6 * * *", "Asia/Tokyo", {.gap = DstPolicy::Gap::skip})),
            "every 6 hours Asia/Tokyo");
}

TEST(ScheduleInWords, OtherKinds) {
  EXPECT_EQ(in_words(every(std::chrono::minutes(15))), "every 15 minutes");
  EXPECT_EQ(in_words(every(std::chrono::hours(1))), "every hour");
  EXPECT_EQ(in_words(every(std::chrono::seconds(90))), "every 90 seconds");
  EXPECT_EQ(in_words(every(std::chrono::days(7), at("2026-01-05T06:00:00Z"))),
            "every 7 days, counted from 2026-01-05T06:00:00Z");
  Schedule schedule;
  schedule.kind = Schedule::Kind::at;
  schedule.instants = {at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")};
  EXPECT_EQ(in_words(schedule), "at 2026-01-01T00:00:00Z and 2026-02-01T00:00:00Z");
  schedule.kind = Schedule::Kind::dates;
  schedule.dates = {0, 1, 2, 3, 4};
  schedule.time_of_day_s = 3600;
  EXPECT_EQ(in_words(schedule), "on 1970-01-01, 1970-01-02, 1970-01-03 and 2 more at 01:00 UTC");
  schedule.kind = Schedule::Kind::calendar;
  schedule.calendar.time_of_day_s = 6 * 3600;
  EXPECT_EQ(in_words(schedule), "on business days at 06:00 UTC");
  schedule.calendar.days = Calendar::Days::last_business_day;
  schedule.calendar.holidays = {1};
  EXPECT_EQ(in_words(schedule),
            "on the last business day of the month (1 holiday known) at 06:00 UTC");
}

}  // namespace
}  // namespace tidemill
