// What is decided about instants: catch-up, holds, overlap, clock steps, one case after another.
#include <gtest/gtest.h>

#include "tests/support/timetable_fixture.h"

namespace tidemill {
namespace {

using testing::at;
using testing::cron_schedule;
using testing::every_schedule;
using testing::input_of;
using testing::state_of;
using testing::text_of;
using Mode = Catchup::Mode;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime kMidnight = at("2026-05-04T00:00:00Z");

std::string planned(const TimetableInput& input, WallTime now) {
  return text_of(plan_timetable(input, now).decisions);
}

TEST(Timetable, AnInstantThatIsOnTimeRunsWhateverCatchUpSays) {
  for (const Mode mode : {Mode::none, Mode::latest, Mode::all}) {
    const TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, mode);
    EXPECT_EQ(planned(input, kMidnight + minutes(59)), "");
    EXPECT_EQ(planned(input, kMidnight + hours(1)), "01:00 run");
    EXPECT_EQ(planned(input, kMidnight + hours(1) + kOnTime), "01:00 run");
  }
}

TEST(Timetable, ARunThatIsOnTimeHasNoReasonAndItsInterval) {
  const TimetableInput input = input_of(cron_schedule("0 3 * * *", "Europe/Berlin"),
                                        at("2026-03-28T12:00:00Z"));
  const TimetablePlan plan = plan_timetable(input, at("2026-03-29T01:00:00Z"));
  ASSERT_EQ(plan.decisions.size(), 1U);
  const InstantDecision& one = plan.decisions[0];
  EXPECT_EQ(one.reason, "");
  EXPECT_EQ(one.label, "2026-03-29 03:00 CEST");
  EXPECT_EQ(format_rfc3339(one.interval_start), "2026-03-28T02:00:00Z");
  EXPECT_EQ(one.interval_end, one.instant);
  EXPECT_EQ(plan.decided_until[0], one.instant);
  EXPECT_EQ(format_rfc3339(*plan.next_instant), "2026-03-30T01:00:00Z");
}

TEST(Timetable, WhatIsFoundLateFollowsTheCatchUpPolicy) {
  const Schedule hourly = cron_schedule("0 * * * *");
  const WallTime now = kMidnight + hours(3) + minutes(30);
  EXPECT_EQ(planned(input_of(hourly, kMidnight, Mode::none), now),
            "01:00 missed, 02:00 missed, 03:00 missed");
  EXPECT_EQ(planned(input_of(hourly, kMidnight, Mode::latest), now),
            "01:00 missed, 02:00 missed, 03:00 run");
  EXPECT_EQ(planned(input_of(hourly, kMidnight, Mode::all), now),
            "01:00 run, 02:00 run, 03:00 run");
}

}  // namespace
}  // namespace tidemill
