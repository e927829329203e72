#include "core/timetable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/timetable_decide.h"
#include "core/timetable_due.h"
#include "core/timetable_words.h"

namespace tidemill {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

InstantDecision entry_for(const TimetableInput& input, std::size_t schedule, WallTime instant) {
  const ScheduleState& state = input.schedules[schedule];
  InstantDecision entry;
  entry.dag = input.dag;
  entry.schedule_key = state.key;
  entry.schedule = schedule;
  entry.instant = entry.last = entry.interval_end = instant;
  entry.label = local_label(*state.zone, instant);
  return entry;
}

std::vector<InstantDecision> entries_of(const TimetableInput& input, std::size_t schedule,
                                        const DueInstants& due) {
  std::vector<InstantDecision> entries;
  std::optional<WallTime> before = due.before;
  if (due.block) {
    InstantDecision block = entry_for(input, schedule, due.block->first);
    block.interval_start = before.value_or(block.instant);
    block.interval_end = block.last = due.block->last;
    block.count = due.block->count;
    block.counted_all = due.block->counted_all;
    entries.push_back(std::move(block));
    before = due.block->last;
  }
  for (const WallTime instant : due.instants) {
    entries.push_back(entry_for(input, schedule, instant));
    entries.back().interval_start = before.value_or(instant);
    before = instant;
  }
  return entries;
}

// An instant that ran stays as it is; any other decision may still become a run.
void heed_rows(const ScheduleState& state, std::vector<InstantDecision>& entries) {
  if (state.decided.empty()) return;
  std::erase_if(entries, [&](InstantDecision& entry) {
    const auto row = state.decided.find(entry.instant);
    if (row == state.decided.end() || entry.is_block()) return false;
    entry.replaces = true;
    return row->second == Decision::run;
  });
}

void finish_replacements(std::vector<InstantDecision>& decisions) {
  std::erase_if(decisions, [](const InstantDecision& entry) {
    return entry.replaces && entry.decision != Decision::run;
  });
  for (InstantDecision& entry : decisions) {
    if (entry.replaces && entry.reason.empty()) entry.reason = replaced_reason();
  }
}

void plan_one(const TimetableInput& input, std::size_t schedule, WallTime now,
              TimetablePlan& plan) {
  const ScheduleState& state = input.schedules[schedule];
  if (state.decided_until > now + kOnTime) {
    plan.reload = true;
    return;
  }
  const ScheduleWalk walk{state.schedule, *state.zone, plan.steps};
  const DueInstants due = due_instants(walk, state.decided_until, now, input.catch_up.rows,
                                       input.catch_up.counted);
  if (!due.instants.empty()) plan.decided_until[schedule] = due.instants.back();
  std::vector<InstantDecision> entries = entries_of(input, schedule, due);
  heed_rows(state, entries);
  decide_one_schedule(input, now, entries);
  std::move(entries.begin(), entries.end(), std::back_inserter(plan.decisions));
  const auto next = walk.next(std::max(now, state.decided_until));
  if (next && (!plan.next_instant || *next < *plan.next_instant)) plan.next_instant = next;
}

void set_look_again(const TimetableInput& input, WallTime now, TimetablePlan& plan) {
  plan.look_again = std::min(now + kOnTime, plan.next_instant.value_or(now + kOnTime));
  for (const Hold& hold : input.holds) {
    if (hold.until && *hold.until > now) {
      plan.look_again = std::min(plan.look_again, *hold.until);
    }
  }
}

}  // namespace

CatchUpPolicy catch_up_of(const Dag& dag) {
  CatchUpPolicy policy;
  policy.mode = dag.catchup.mode;
  policy.window = dag.catchup.window;
  return policy;
}

TimetablePlan plan_timetable(const TimetableInput& input, WallTime now) {
  TimetablePlan plan;
  for (const ScheduleState& state : input.schedules) {
    plan.decided_until.push_back(state.decided_until);
  }
  for (std::size_t i = 0; i < input.schedules.size(); ++i) plan_one(input, i, now, plan);
  std::stable_sort(
      plan.decisions.begin(), plan.decisions.end(),
      [](const InstantDecision& a, const InstantDecision& b) { return a.instant < b.instant; });
  settle_overlap(input, plan.decisions);
  finish_replacements(plan.decisions);
  set_look_again(input, now, plan);
  return plan;
}

void follow(const TimetablePlan& plan, std::vector<ScheduleState>& schedules) {
  CHECK(plan.decided_until.size() == schedules.size());
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    ScheduleState& state = schedules[i];
    state.decided_until = plan.decided_until[i];
    state.decided.erase(state.decided.begin(), state.decided.upper_bound(state.decided_until));
  }
}

std::string local_label(const Zone& zone, WallTime t) {
  const std::int64_t utc_s = t.us / kSecondUs - (t.us % kSecondUs < 0 ? 1 : 0);
  const std::int64_t local_s = zone.to_local(utc_s).s;
  const std::int64_t day = floor_days(local_s);
  const std::int64_t of_day = local_s - day * kDayS;
  const Date date = to_date(day);
  std::string label = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day,
                                  of_day / 3600, of_day / 60 % 60);
  if (of_day % 60 != 0) label += fmt::format(":{:02}", of_day % 60);
  return label + " " + zone.period_at(utc_s).abbreviation;
}

// Looks back further and further: the cost of last_due grows with the logarithm of the range.
std::optional<WallTime> previous_due(const Schedule& schedule, const Zone& zone, WallTime instant) {
  constexpr std::array<std::int64_t, 4> kLookBackDays = {2, 40, 400, 146'097};
  if (schedule.kind == Schedule::Kind::every) return instant - schedule.every;
  for (const std::int64_t days : kLookBackDays) {
    const WallTime from = instant - Duration(days * kDayS * kSecondUs);
    if (const auto found = last_due(schedule, zone, from, instant - kTick)) return found;
  }
  return std::nullopt;
}

std::optional<WallTime> deadline_due(const Deadline& deadline, WallTime scheduled_for,
                                     WallTime created_at, WallTime started_at) {
  switch (deadline.from) {
    case Deadline::From::scheduled:
      return scheduled_for + deadline.after;
    case Deadline::From::queued:
      return created_at + deadline.after;
    case Deadline::From::started:
      if (started_at.us == 0) return std::nullopt;
      return started_at + deadline.after;
  }
  UNREACHABLE();
}

}  // namespace tidemill
