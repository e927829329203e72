// Releasing what a pause or a freeze held back.
#include "core/catch_up.h"

#include <gtest/gtest.h>

#include "tests/support/timetable_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::at;
using testing::cron_schedule;
using testing::input_of;
using testing::kMidnight;
using testing::state_of;
using testing::text_of;

std::vector<HeldInstant> held_hours(int count, const std::string& key = "k") {
  std::vector<HeldInstant> held;
  for (int i = 1; i <= count; ++i) held.push_back({key, kMidnight + hours(i), Decision::paused});
  return held;
}

TEST(CatchUp, NoneLastAndAll) {
  const TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight + hours(5));
  const WallTime now = kMidnight + hours(5) + minutes(1);
  const auto held = held_hours(5);
  EXPECT_EQ(plan_release(input, held, Release::none, now).words,
            "0 of 5 held instants run; the others stay as they are, and a backfill can still run "
            "them");
  const ReleasePlan last = plan_release(input, held, Release::last, now);
  EXPECT_EQ(text_of(last.runs), "05:00 run");
  EXPECT_EQ(last.left, 4U);
  EXPECT_EQ(last.runs[0].reason, "was paused; an operator released the last one");
  EXPECT_EQ(last.runs[0].interval_start, kMidnight + hours(4));
  EXPECT_TRUE(last.runs[0].replaces);
  const ReleasePlan all = plan_release(input, held, Release::all, now);
  EXPECT_EQ(text_of(all.runs), "01:00 run, 02:00 run, 03:00 run, 04:00 run, 05:00 run");
  EXPECT_EQ(all.words, "5 of 5 held instants run");
}

TEST(CatchUp, TheQuestionSaysWhatEachAnswerDoes) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  input.catch_up.cap = 3;
  EXPECT_EQ(release_question(input, held_hours(14), kMidnight + hours(20)),
            "14 instants were held: none runs nothing, last runs 1, all runs 3");
  EXPECT_EQ(release_question(input, held_hours(1), kMidnight + hours(20)),
            "1 instant was held: none runs nothing, last runs 1, all runs 1");
}

TEST(CatchUp, LastIsTheLastOfEachSchedule) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  input.schedules.push_back(state_of(cron_schedule("0 * * * *"), kMidnight, "other"));
  auto held = held_hours(3);
  for (const HeldInstant& one : held_hours(2, "other")) held.push_back(one);
  EXPECT_EQ(text_of(plan_release(input, held, Release::last, kMidnight + hours(9)).runs),
            "02:00 run, 03:00 run");
}

TEST(CatchUp, WhatRanIsInTheFutureOrOfAnEndedScheduleStays) {
  const TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  auto held = held_hours(4);
  held[0].decision = Decision::run;
  held[1].schedule_key = "of a schedule that ended";
  held.push_back(held[2]);
  EXPECT_EQ(text_of(plan_release(input, held, Release::all, kMidnight + hours(3)).runs),
            "03:00 run");
}

TEST(CatchUp, OverlapStillHolds) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  input.on_overlap = Dag::OnOverlap::skip;
  input.max_active_runs = 2;
  input.unfinished_runs = 1;
  EXPECT_EQ(text_of(plan_release(input, held_hours(3), Release::all, kMidnight + hours(9)).runs),
            "01:00 run");
}

TEST(CatchUp, WordsComeBack) {
  for (const Release release : {Release::none, Release::last, Release::all}) {
    EXPECT_EQ(release_from(to_word(release)), release);
  }
  EXPECT_FALSE(release_from("some"));
}

}  // namespace
}  // namespace tidemill
