// A schedule is what it means: edits that change nothing keep it, others begin anew.
#include "core/schedule_book.h"

#include <gtest/gtest.h>

#include "tests/support/timetable_fixture.h"

namespace tidemill {
namespace {

using testing::cron_schedule;
using testing::every_schedule;
using Kind = ScheduleChange::Kind;
using std::chrono::hours;
using std::chrono::minutes;

constexpr WallTime kNow{1'800'000'000'000'000};

std::string key_of(std::string_view cron, const std::string& zone = "UTC", DstPolicy dst = {}) {
  return schedule_key(cron_schedule(cron, zone, dst));
}

TEST(ScheduleBook, AKeyIsTheMeaningNotTheText) {
  EXPECT_EQ(key_of("0 3 * * *"), key_of("00 03 * * *"));
  EXPECT_EQ(key_of("0 0 * * *"), key_of("@daily"));
  EXPECT_EQ(key_of("0 0 * * 1-5"), key_of("0 0 * * MON-FRI"));
  EXPECT_EQ(schedule_key(every_schedule(minutes(15))),
            schedule_key(every_schedule(minutes(15), kNow)))
      << "the anchor is a multiple of the interval";
}

TEST(ScheduleBook, WhateverChangesAnInstantChangesTheKey) {
  Schedule dates;
  dates.kind = Schedule::Kind::dates;
  dates.dates = {20'000};
  Schedule later_dates = dates;
  later_dates.time_of_day_s = 60;
  Schedule calendar;
  calendar.kind = Schedule::Kind::calendar;
  Schedule with_holiday = calendar;
  with_holiday.calendar.holidays = {20'000};
  Schedule list;
  list.kind = Schedule::Kind::at;
  list.instants = {kNow};
  const std::vector<std::string> keys = {
      key_of("0 3 * * *"),
      key_of("1 3 * * *"),
      key_of("1 0 3 * * *"),
      key_of("0 3 * * *", "Europe/Berlin"),
      key_of("0 3 * * *", "Europe/Berlin", {DstPolicy::Gap::skip}),
      key_of("0 3 1 * *"),
      key_of("0 3 L * *"),
      key_of("0 3 LW * *"),
      key_of("0 3 15W * *"),
      key_of("0 3 * * 5L"),
      key_of("0 3 * * 5#2"),
      key_of("0 3 * * 5#3"),
      key_of("0 * * * *"),
      schedule_key(every_schedule(minutes(15))),
      schedule_key(every_schedule(minutes(15), {1'000'000})),
      schedule_key(every_schedule(minutes(16))),
      schedule_key(dates),
      schedule_key(later_dates),
      schedule_key(calendar),
      schedule_key(with_holiday),
      schedule_key(list)};
  const std::set<std::string> distinct(keys.begin(), keys.end());
  EXPECT_EQ(distinct.size(), keys.size());
}

TEST(ScheduleBook, ADagThatWasNeverSeenBeginsNow) {
  const auto changes = compare_schedules({cron_schedule("0 3 * * *")}, {}, {}, kNow);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, Kind::begins);
  EXPECT_EQ(changes[0].decided_until, kNow);
}

TEST(ScheduleBook, AStartOnlyCountsForCatchUpAllAndTheFirstTime) {
  CatchUpPolicy policy;
  policy.start = kNow - hours(48);
  policy.mode = Catchup::Mode::latest;
  const std::vector<Schedule> daily = {cron_schedule("0 3 * * *")};
  EXPECT_EQ(compare_schedules(daily, policy, {}, kNow)[0].decided_until, kNow);
  policy.mode = Catchup::Mode::all;
  EXPECT_EQ(compare_schedules(daily, policy, {}, kNow)[0].decided_until,
            kNow - hours(48) - Duration(1));
  EXPECT_EQ(compare_schedules(daily, policy, {{"other", false, {}}}, kNow)[0].decided_until, kNow);
  policy.start = kNow + hours(48);
  EXPECT_EQ(compare_schedules(daily, policy, {}, kNow)[0].decided_until, kNow);
}

TEST(ScheduleBook, AnEditEndsTheOldOneAndBeginsNowAlsoWhenItIsTakenBack) {
  const Schedule a = cron_schedule("0 3 * * *");
  const Schedule b = cron_schedule("0 4 * * *");
  const WallTime before = kNow - hours(5);
  const auto edited = compare_schedules({b}, {}, {{schedule_key(a), true, before}}, kNow);
  ASSERT_EQ(edited.size(), 2U);
  EXPECT_EQ(edited[0].kind, Kind::begins);
  EXPECT_EQ(edited[0].decided_until, kNow);
  EXPECT_EQ(edited[1].kind, Kind::ends);
  EXPECT_EQ(edited[1].key, schedule_key(a));
  const auto back = compare_schedules(
      {a}, {}, {{schedule_key(a), false, before}, {schedule_key(b), true, kNow}}, kNow + hours(1));
  EXPECT_EQ(back[0].kind, Kind::begins);
  EXPECT_EQ(back[0].decided_until, kNow + hours(1));
  EXPECT_EQ(back[1].kind, Kind::ends);
}

TEST(ScheduleBook, WhatStaysGoesOnWhereItWasAndRepetitionsCountOnce) {
  const Schedule a = cron_schedule("0 3 * * *");
  const Schedule b = cron_schedule("0 4 * * *");
  const auto changes = compare_schedules({b, a, cron_schedule("00 3 * * *")}, {},
                                         {{schedule_key(a), true, kNow - hours(5)}}, kNow);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].kind, Kind::goes_on);
  EXPECT_EQ(changes[1].schedule, 1U);
  EXPECT_EQ(changes[1].decided_until, kNow - hours(5));
}

TEST(ScheduleBook, ADagWithoutSchedulesEndsWhatItHad) {
  const auto changes = compare_schedules({}, {}, {{"a", true, kNow}, {"b", false, kNow}}, kNow);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, Kind::ends);
  EXPECT_NE(schedules_hash({}), schedules_hash({cron_schedule("0 3 * * *")}));
}

}  // namespace
}  // namespace tidemill
