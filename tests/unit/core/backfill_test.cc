// Backfills: which instants run, in which order, how many at once, and how far they are.
#include "core/backfill.h"

#include <gtest/gtest.h>

#include "tests/sim/random.h"
#include "tests/support/timetable_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using testing::at;
using testing::cron_schedule;
using testing::kMidnight;

const WallTime kLater = kMidnight + hours(100);

BackfillRequest request_of(int from_hour, int until_hour, Reprocess reprocess = Reprocess::none) {
  BackfillRequest request;
  request.from = kMidnight + hours(from_hour);
  request.until = kMidnight + hours(until_hour);
  request.reprocess = reprocess;
  return request;
}

BackfillPlan plan_of(const BackfillRequest& request, const std::vector<InstantRun>& runs = {},
                     WallTime now = kLater) {
  return plan_backfill(cron_schedule("0 * * * *"), *utc_zone(), request, runs, now).value();
}

// "01 02 (03) 04": hours that run, and in parentheses those that are skipped.
std::string text_of(const BackfillPlan& plan) {
  std::string text;
  for (const BackfillSlot& slot : plan.slots) {
    const std::string hour = format_rfc3339(slot.instant).substr(11, 2);
    text += (text.empty() ? "" : " ") +
            (slot.state == SlotState::skipped ? "(" + hour + ")" : hour);
  }
  return text;
}

std::vector<InstantRun> runs_in_all_states() {
  constexpr std::array<RunState, 6> kStates = {RunState::queued,    RunState::running,
                                               RunState::succeeded, RunState::partial,
                                               RunState::failed,    RunState::cancelled};
  std::vector<InstantRun> runs;
  for (int i = 0; i < 6; ++i) {
    runs.push_back({kMidnight + hours(1 + i), {10 + i}, kStates[static_cast<std::size_t>(i)]});
  }
  return runs;
}

TEST(Backfill, TheRangeIncludesItsStartAndNotItsEnd) {
  const BackfillPlan plan = plan_of(request_of(1, 4));
  EXPECT_EQ(text_of(plan), "01 02 03");
  EXPECT_EQ(plan.words, "3 instants run; oldest first, at most 1 at once");
  EXPECT_EQ(plan.slots[0].interval_start, kMidnight);
  EXPECT_EQ(plan.slots[0].interval_end, kMidnight + hours(1));
  EXPECT_EQ(plan.slots[0].label, "2026-05-04 01:00 UTC");
  EXPECT_EQ(plan.until, kMidnight + hours(4));
}

TEST(Backfill, ReprocessSaysWhichRunsAreRepeatedAndUnfinishedOnesNeverAre) {
  EXPECT_EQ(text_of(plan_of(request_of(1, 9), runs_in_all_states())),
            "(01) (02) (03) (04) (05) (06) 07 08");
  EXPECT_EQ(text_of(plan_of(request_of(1, 9, Reprocess::failed), runs_in_all_states())),
            "(01) (02) (03) (04) 05 06 07 08");
  const BackfillPlan all = plan_of(request_of(1, 9, Reprocess::all), runs_in_all_states());
  EXPECT_EQ(text_of(all), "(01) (02) 03 04 05 06 07 08");
  EXPECT_EQ(all.words, "6 instants run, 2 are skipped; oldest first, at most 1 at once");
  EXPECT_EQ(all.slots[0].reason, "run 10 of this instant is still queued");
  EXPECT_EQ(all.slots[4].reason, "run 14 failed");
  EXPECT_EQ(plan_of(request_of(1, 9), runs_in_all_states()).slots[2].reason,
            "run 12 of this instant is succeeded, and reprocess is none");
}

TEST(Backfill, NewestFirstIsTheSameListReversed) {
  BackfillRequest request = request_of(1, 4);
  request.order = BackfillOrder::newest_first;
  EXPECT_EQ(text_of(plan_of(request)), "03 02 01");
}

TEST(Backfill, WhatIsNotDueYetIsLeftToTheSchedule) {
  const WallTime now = kMidnight + hours(2);
  const BackfillPlan plan = plan_of(request_of(1, 90), {}, now);
  EXPECT_EQ(text_of(plan), "01 02");
  EXPECT_EQ(plan.until, now + Duration(1)) << "the timetable must not wait for this backfill";
  EXPECT_NE(plan.words.find("what is not due yet is left to the schedule"), std::string::npos);
  EXPECT_EQ(plan_of(request_of(50, 90), {}, now).words,
            "the schedule has no instant in this range that is due yet");
}

TEST(Backfill, RefusesWhatMakesNoSense) {
  const auto refusal = [](const BackfillRequest& request, std::string_view cron = "0 * * * *") {
    const auto plan = plan_backfill(cron_schedule(cron), *utc_zone(), request, {}, kLater);
    return plan.ok() ? "" : plan.error().message;
  };
  EXPECT_NE(refusal(request_of(4, 4)).find("is empty"), std::string::npos);
  EXPECT_NE(refusal(request_of(5, 4)).find("is empty"), std::string::npos);
  BackfillRequest request = request_of(1, 4);
  request.max_parallel = 0;
  EXPECT_NE(refusal(request), "");
  EXPECT_NE(refusal(request_of(0, 4), "* * * * * *").find("several backfills"), std::string::npos);
  // 10,000 are still taken.
  request = request_of(0, 1);
  request.until = request.from + std::chrono::seconds(10'000);
  EXPECT_EQ(refusal(request, "* * * * * *"), "");
}

TEST(Backfill, ADayThatTheClockRepeatsOrSkipsIsBackfilledAsItRan) {
  const ZonePtr berlin = load_zone("Europe/Berlin").value();
  const Schedule schedule = cron_schedule("30 2 * * *", "Europe/Berlin");
  BackfillRequest request;
  request.from = at("2026-03-28T00:00:00Z");
  request.until = at("2026-03-31T00:00:00Z");
  const BackfillPlan plan = plan_backfill(schedule, *berlin, request, {}, kLater).value();
  ASSERT_EQ(plan.slots.size(), 3U);
  EXPECT_EQ(plan.slots[1].label, "2026-03-29 03:00 CEST");
  EXPECT_EQ(plan.slots[2].label, "2026-03-30 02:30 CEST");
}

TEST(Backfill, NextSlotsKeepToTheLimitAndTheOrder) {
  const auto slot = [](SlotState state, RunState run = RunState::queued) {
    return SlotProgress{state, run};
  };
  const std::vector<SlotProgress> slots = {slot(SlotState::run, RunState::succeeded),
                                           slot(SlotState::run, RunState::running),
                                           slot(SlotState::skipped),
                                           slot(SlotState::waiting),
                                           slot(SlotState::cancelled),
                                           slot(SlotState::waiting),
                                           slot(SlotState::waiting)};
  EXPECT_EQ(next_slots(slots, 1, false), (std::vector<std::size_t>{}));
  EXPECT_EQ(next_slots(slots, 3, false), (std::vector<std::size_t>{3, 5}));
  EXPECT_EQ(next_slots(slots, 9, false), (std::vector<std::size_t>{3, 5, 6}));
  EXPECT_EQ(next_slots(slots, 9, true), (std::vector<std::size_t>{}));
}

TEST(Backfill, ProgressInWords) {
  std::vector<SlotProgress> slots(11, {SlotState::run, RunState::succeeded});
  slots.push_back({SlotState::run, RunState::failed});
  slots.push_back({SlotState::run, RunState::running});
  slots.push_back({SlotState::run, RunState::running});
  slots.insert(slots.end(), 16, {SlotState::waiting, RunState::queued});
  slots.insert(slots.end(), 4, {SlotState::skipped, RunState::queued});
  EXPECT_EQ(in_words(progress_of(slots)),
            "12 of 30 runs ended: 11 succeeded, 1 failed; 2 running, 16 waiting; 4 instants "
            "skipped");
  EXPECT_FALSE(progress_of(slots).done());
  EXPECT_EQ(in_words(progress_of({})), "0 of 0 runs ended");
  EXPECT_TRUE(progress_of({}).done());
}

// The state is the slots and nothing else: stopped after any step and read again, a backfill makes
// the same runs, each once, and never more at a time than it may.
TEST(Backfill, GoesOnFromItsSlotsAfterAnyStop) {
  sim::Random random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<InstantRun> runs = runs_in_all_states();
    BackfillRequest request = request_of(1, static_cast<int>(random.between(3, 20)),
                                         static_cast<Reprocess>(random.below(3)));
    request.max_parallel = static_cast<int>(random.between(1, 4));
    const BackfillPlan plan = plan_of(request, runs);
    std::vector<SlotProgress> slots;
    for (const BackfillSlot& slot : plan.slots) slots.push_back({slot.state, RunState::queued});
    std::vector<std::size_t> started;
    for (int step = 0; step < 200 && !progress_of(slots).done(); ++step) {
      for (const std::size_t i : next_slots(slots, request.max_parallel, false)) {
        if (random.percent(30)) break;  // the commit of this one was lost
        slots[i].state = SlotState::run;
        started.push_back(i);
      }
      ASSERT_LE(progress_of(slots).unfinished(), static_cast<std::size_t>(request.max_parallel));
      for (SlotProgress& slot : slots) {
        if (slot.state == SlotState::run && random.percent(50))
          slot.run_state = RunState::succeeded;
      }
    }
    ASSERT_TRUE(progress_of(slots).done());
    ASSERT_EQ(started.size(), plan.to_run);
    ASSERT_TRUE(std::is_sorted(started.begin(), started.end()));
    ASSERT_EQ(std::adjacent_find(started.begin(), started.end()), started.end());
  }
}

TEST(Backfill, WordsComeBack) {
  for (const auto word : {Reprocess::none, Reprocess::failed, Reprocess::all}) {
    EXPECT_EQ(reprocess_from(to_word(word)), word);
  }
  for (const auto word : {BackfillOrder::oldest_first, BackfillOrder::newest_first}) {
    EXPECT_EQ(backfill_order_from(to_word(word)), word);
  }
  for (const auto word :
       {SlotState::waiting, SlotState::run, SlotState::skipped, SlotState::cancelled}) {
    EXPECT_EQ(slot_state_from(to_word(word)), word);
  }
  EXPECT_FALSE(slot_state_from(""));
}

}  // namespace
}  // namespace tidemill
