// What is decided about instants: catch-up, holds, overlap, clock steps, one case after another.
#include <gtest/gtest.h>

#include "tests/support/timetable_fixture.h"

namespace tidemill {
namespace {

using testing::at;
using testing::cron_schedule;
using testing::every_schedule;
using testing::input_of;
using testing::kMidnight;
using testing::state_of;
using testing::text_of;
using Mode = Catchup::Mode;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

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

TEST(Timetable, LatestRunsNothingLateWhenANewerOneIsOnTime) {
  const Schedule hourly = cron_schedule("0 * * * *");
  EXPECT_EQ(planned(input_of(hourly, kMidnight, Mode::latest), kMidnight + hours(3) + seconds(10)),
            "01:00 missed, 02:00 missed, 03:00 run");
}

TEST(Timetable, WhatIsOlderThanTheWindowIsMissed) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  input.catch_up.window = hours(2);
  const WallTime now = kMidnight + hours(4) + minutes(30);
  EXPECT_EQ(planned(input, now), "01:00 missed, 02:00 missed, 03:00 run, 04:00 run");
  input.catch_up.mode = Mode::latest;
  input.catch_up.window = minutes(20);
  const TimetablePlan plan = plan_timetable(input, now);
  EXPECT_EQ(text_of(plan.decisions), "01:00 missed, 02:00 missed, 03:00 missed, 04:00 missed");
  EXPECT_EQ(plan.decisions[3].reason,
            "found due 30m 00s late, which is more than the catch-up window of 20m 00s");
}

TEST(Timetable, TheNewestUpToTheCapRunAndTheOthersAreCapped) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  input.catch_up.cap = 2;
  const TimetablePlan plan = plan_timetable(input, kMidnight + hours(4) + minutes(30));
  EXPECT_EQ(text_of(plan.decisions), "01:00 capped, 02:00 capped, 03:00 run, 04:00 run");
  EXPECT_EQ(
      plan.decisions[0].reason,
      "more were due than are caught up at once: the newest 2 run; a backfill runs the others");
}

TEST(Timetable, AVeryLongOutageIsOneDecisionForAllButTheNewest) {
  for (const Schedule& schedule : {cron_schedule("* * * * *"), every_schedule(minutes(1))}) {
    TimetableInput input = input_of(schedule, kMidnight, Mode::all);
    const TimetablePlan plan = plan_timetable(input, kMidnight + hours(24) + seconds(45));
    ASSERT_EQ(plan.decisions.size(), 1001U);
    const InstantDecision& block = plan.decisions[0];
    EXPECT_EQ(block.count, 440);
    EXPECT_TRUE(block.counted_all);
    EXPECT_EQ(block.decision, Decision::capped);
    EXPECT_EQ(block.instant, kMidnight + minutes(1));
    EXPECT_EQ(block.last, kMidnight + minutes(440));
    EXPECT_EQ(block.interval_start, kMidnight);
    EXPECT_TRUE(block.reason.starts_with("440 instants from 2026-05-04T00:01:00Z")) << block.reason;
    for (std::size_t i = 1; i <= 1000; ++i) {
      const InstantDecision& one = plan.decisions[i];
      ASSERT_EQ(one.instant, kMidnight + minutes(440 + static_cast<int>(i)));
      ASSERT_EQ(one.interval_start, one.instant - minutes(1));
      ASSERT_EQ(one.decision, i <= 900 ? Decision::capped : Decision::run);
    }
  }
}

TEST(Timetable, ABlockIsCountedUpToABoundAndIntervalsWithoutOne) {
  const WallTime now = kMidnight + hours(24 * 365);
  const TimetablePlan by_cron = plan_timetable(input_of(cron_schedule("* * * * *"), kMidnight),
                                               now);
  EXPECT_EQ(by_cron.decisions[0].count, 10'000);
  EXPECT_FALSE(by_cron.decisions[0].counted_all);
  EXPECT_TRUE(by_cron.decisions[0].reason.starts_with("more than 10000 instants"));
  const TimetablePlan by_every = plan_timetable(input_of(every_schedule(minutes(1)), kMidnight),
                                                now);
  EXPECT_EQ(by_every.decisions[0].count, 365 * 24 * 60 - 1000);
  EXPECT_TRUE(by_every.decisions[0].counted_all);
}

// Dense in January, silent for the rest of the year: the density of the first ones misleads.
TEST(Timetable, TheNewestOfAnUnevenScheduleAreFoundExactly) {
  for (const char* cron : {"* * 1 1 *", "* * * 1 *", "*/7 3 * 1,7 1", "0 0 1 * *"}) {
    const Schedule schedule = cron_schedule(cron);
    TimetableInput input = input_of(schedule, kMidnight);
    input.catch_up.rows = 50;
    const WallTime now = kMidnight + hours(24 * 365 * 9);
    const auto all = due_between(schedule, *utc_zone(), kMidnight, now, 1'000'000);
    const TimetablePlan plan = plan_timetable(input, now);
    ASSERT_EQ(plan.decisions.size(), 51U) << cron;
    for (std::size_t i = 0; i < 50; ++i) {
      ASSERT_EQ(plan.decisions[1 + i].instant, all[all.size() - 50 + i]) << cron;
    }
    EXPECT_EQ(plan.decisions[0].last, all[all.size() - 51]) << cron;
    EXPECT_LT(plan.steps, 15'000U) << cron;
  }
}

TEST(Timetable, WhatFallsIntoAPauseOrAFreezeIsHeldWithItsReason) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  const WallTime now = kMidnight + hours(6) + minutes(30);
  input.holds = {{Hold::Kind::paused, kMidnight + hours(2), kMidnight + hours(4), "load", "ann"},
                 {Hold::Kind::frozen, kMidnight + hours(4), kMidnight + hours(5), "", "bo"}};
  const TimetablePlan plan = plan_timetable(input, now);
  EXPECT_EQ(text_of(plan.decisions),
            "01:00 run, 02:00 paused, 03:00 paused, 04:00 frozen, 05:00 run, 06:00 run");
  EXPECT_EQ(plan.decisions[1].reason, "the dag was paused by ann: load");
  EXPECT_EQ(plan.decisions[3].reason, "all schedules were frozen by bo");
}

TEST(Timetable, NothingLateRunsWhileAHoldIsOn) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  input.holds = {{Hold::Kind::frozen, kMidnight + minutes(90), std::nullopt, "sale", "bo"}};
  const TimetablePlan plan = plan_timetable(input, kMidnight + hours(2) + minutes(30));
  EXPECT_EQ(text_of(plan.decisions), "01:00 frozen, 02:00 frozen");
  EXPECT_EQ(plan.decisions[0].reason,
            "it was found late, when all schedules were frozen by bo: sale");
}

TEST(Timetable, AFreezeOutweighsAPause) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  input.holds = {{Hold::Kind::frozen, kMidnight, std::nullopt, "", ""},
                 {Hold::Kind::paused, kMidnight, std::nullopt, "", ""}};
  EXPECT_EQ(planned(input, kMidnight + hours(1)), "01:00 frozen");
}

TEST(Timetable, AnOpenBackfillRunsWhatItCovers) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  input.backfills = {{7, "k", kMidnight + hours(1), kMidnight + hours(3)},
                     {8, "another schedule", kMidnight, kMidnight + hours(9)}};
  const TimetablePlan plan = plan_timetable(input, kMidnight + hours(3) + minutes(30));
  EXPECT_EQ(text_of(plan.decisions),
            "01:00 skipped_by_backfill, 02:00 skipped_by_backfill, 03:00 run");
  EXPECT_EQ(plan.decisions[0].reason, "backfill 7 runs it");
}

TEST(Timetable, OverlapIsDecidedAcrossAllThatIsDue) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  const WallTime now = kMidnight + hours(3) + minutes(30);
  input.on_overlap = Dag::OnOverlap::skip;
  EXPECT_EQ(planned(input, now), "01:00 run, 02:00 overlapping, 03:00 overlapping");
  input.unfinished_runs = 1;
  const TimetablePlan plan = plan_timetable(input, now);
  EXPECT_EQ(text_of(plan.decisions), "01:00 overlapping, 02:00 overlapping, 03:00 overlapping");
  EXPECT_EQ(plan.decisions[0].reason,
            "1 run of this dag is not finished, which is max_active_runs, and on_overlap is skip");
  input.on_overlap = Dag::OnOverlap::cancel_running;
  EXPECT_EQ(planned(input, now), "01:00 overlapping, 02:00 overlapping, 03:00 run");
  input.max_active_runs = 3;
  EXPECT_EQ(planned(input, now), "01:00 overlapping, 02:00 run, 03:00 run");
  input.on_overlap = Dag::OnOverlap::queue;
  input.catch_up.max_waiting = 3;
  EXPECT_EQ(planned(input, now), "01:00 run, 02:00 run, 03:00 capped");
}

TEST(Timetable, SchedulesOfOneDagAreDecidedTogetherInTimeOrder) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight, Mode::all);
  input.schedules.push_back(state_of(cron_schedule("30 * * * *"), kMidnight, "half"));
  input.on_overlap = Dag::OnOverlap::skip;
  input.max_active_runs = 2;
  const TimetablePlan plan = plan_timetable(input, kMidnight + hours(2) + minutes(10));
  EXPECT_EQ(text_of(plan.decisions), "00:30 run, 01:00 run, 01:30 overlapping, 02:00 overlapping");
  EXPECT_EQ(plan.decisions[0].schedule_key, "half");
  EXPECT_EQ(*plan.next_instant, kMidnight + hours(2) + minutes(30));
}

TEST(Timetable, NothingIsDecidedTwice) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  const WallTime now = kMidnight + hours(1);
  const TimetablePlan plan = plan_timetable(input, now);
  follow(plan, input.schedules);
  EXPECT_EQ(planned(input, now), "");
  EXPECT_EQ(planned(input, now + seconds(1)), "");
  EXPECT_EQ(planned(input, now - seconds(20)), "") << "a small step back";
}

TEST(Timetable, AClockThatWasSetBackAsksForTheRows) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight + hours(1));
  const TimetablePlan plan = plan_timetable(input, kMidnight + minutes(30));
  EXPECT_TRUE(plan.reload);
  EXPECT_TRUE(plan.decisions.empty());
  EXPECT_EQ(plan.decided_until[0], kMidnight + hours(1));
  // As the rows say: 01:00 ran, 02:00 was given up while the clock was ahead.
  input.schedules[0].decided_until = kMidnight + minutes(30);
  input.schedules[0].decided = {{kMidnight + hours(1), Decision::run},
                                {kMidnight + hours(2), Decision::missed}};
  EXPECT_EQ(planned(input, kMidnight + hours(1)), "");
  const TimetablePlan later = plan_timetable(input, kMidnight + hours(2));
  ASSERT_EQ(text_of(later.decisions), "02:00 run");
  EXPECT_TRUE(later.decisions[0].replaces);
  EXPECT_NE(later.decisions[0].reason, "");
  follow(later, input.schedules);
  EXPECT_TRUE(input.schedules[0].decided.empty());
}

TEST(Timetable, InstantsOfABlockRunWhenTheirTimeComesAfterAll) {
  TimetableInput input = input_of(every_schedule(minutes(1)), kMidnight);
  const TimetablePlan ahead = plan_timetable(input, kMidnight + hours(24 * 4000));
  ASSERT_TRUE(ahead.decisions[0].is_block());
  follow(ahead, input.schedules);
  ASSERT_TRUE(plan_timetable(input, kMidnight + seconds(50)).reload);
  input.schedules[0].decided_until = kMidnight + seconds(50);
  EXPECT_EQ(planned(input, kMidnight + minutes(1)), "00:01 run");
}

TEST(Timetable, LooksAgainAtTheNextInstantOrTheEndOfAHoldAndNeverLaterThanABound) {
  TimetableInput input = input_of(cron_schedule("0 * * * *"), kMidnight);
  const WallTime now = kMidnight + minutes(59) + seconds(50);
  EXPECT_EQ(plan_timetable(input, now).look_again, kMidnight + hours(1));
  EXPECT_EQ(plan_timetable(input, now - minutes(5)).look_again, now - minutes(5) + kOnTime);
  input.holds = {{Hold::Kind::frozen, kMidnight, now + seconds(3), "", ""}};
  EXPECT_EQ(plan_timetable(input, now).look_again, now + seconds(3));
  Schedule never;
  never.kind = Schedule::Kind::at;
  never.instants = {kMidnight};
  const TimetablePlan done = plan_timetable(input_of(never, kMidnight), now);
  EXPECT_FALSE(done.next_instant);
  EXPECT_EQ(done.look_again, now + kOnTime);
}

TEST(Timetable, TheFirstInstantOfAListHasAnEmptyInterval) {
  Schedule list;
  list.kind = Schedule::Kind::at;
  list.instants = {kMidnight + hours(1), kMidnight + hours(5)};
  const TimetablePlan plan = plan_timetable(input_of(list, kMidnight, Mode::all),
                                            kMidnight + hours(6));
  ASSERT_EQ(plan.decisions.size(), 2U);
  EXPECT_EQ(plan.decisions[0].interval_start, kMidnight + hours(1));
  EXPECT_EQ(plan.decisions[0].interval_end, kMidnight + hours(1));
  EXPECT_EQ(plan.decisions[1].interval_start, kMidnight + hours(1));
}

TEST(Timetable, IntervalsMeetAcrossOutagesAndClockChanges) {
  for (const char* cron : {"30 2 * * *", "0 0 29 2 *", "0 12 * * 1-5", "*/20 * * * *"}) {
    const Schedule schedule = cron_schedule(cron, "Europe/Berlin");
    const ZonePtr zone = load_zone("Europe/Berlin").value();
    const auto due = due_between(schedule, *zone, at("2016-01-01T00:00:00Z"), {INT64_MAX}, 400);
    for (std::size_t i = 1; i < due.size(); ++i) {
      ASSERT_EQ(previous_due(schedule, *zone, due[i]), due[i - 1]) << cron;
    }
  }
}

// Work is counted, not timed: questions put to the schedules.
TEST(Timetable, ThousandSchedulesInOneSecondCostTheSameEach) {
  const auto steps_each = [](int count) {
    TimetableInput input;
    input.dag = "d";
    for (int i = 0; i < count; ++i) {
      input.schedules.push_back(state_of(cron_schedule("0 3 * * *"), kMidnight, std::to_string(i)));
    }
    const TimetablePlan plan = plan_timetable(input, kMidnight + hours(3));
    EXPECT_EQ(plan.decisions.size(), static_cast<std::size_t>(count));
    return static_cast<double>(plan.steps) / count;
  };
  EXPECT_EQ(steps_each(1), steps_each(1000));
  EXPECT_LE(steps_each(1), 6);
}

TEST(Timetable, ADeadlineCountsFromWhatItSays) {
  const Deadline from_start{minutes(90), Deadline::From::started};
  EXPECT_FALSE(deadline_due(from_start, kMidnight, kMidnight, {}));
  EXPECT_EQ(deadline_due(from_start, {}, {}, kMidnight), kMidnight + minutes(90));
  EXPECT_EQ(deadline_due({minutes(90), Deadline::From::scheduled}, kMidnight, {1}, {}),
            kMidnight + minutes(90));
  EXPECT_EQ(deadline_due({minutes(90), Deadline::From::queued}, {1}, kMidnight, {}),
            kMidnight + minutes(90));
}

TEST(Timetable, EveryDecisionHasOneWord) {
  for (int i = 0; i < kDecisionCount; ++i) {
    const auto decision = static_cast<Decision>(i);
    EXPECT_EQ(decision_from(to_word(decision)), decision);
  }
  EXPECT_FALSE(decision_from("maybe"));
}

}  // namespace
}  // namespace tidemill
