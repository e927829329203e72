#include "core/timetable_decide.h"

#include <algorithm>

#include "core/timetable_words.h"

namespace tidemill {
namespace {

void set(InstantDecision& entry, Decision decision, std::string reason) {
  entry.decision = decision;
  entry.reason = entry.is_block() ? block_reason(entry, reason) : std::move(reason);
}

// A freeze outweighs a pause: it is what an operator looks for first.
const Hold* hold_for(const std::vector<Hold>& holds, const InstantDecision& entry, WallTime now) {
  const Hold* found = nullptr;
  for (const Hold& hold : holds) {
    const bool whole = hold.covers(entry.instant) && hold.covers(entry.last);
    if (!whole && !hold.covers(now)) continue;
    if (found == nullptr || hold.kind == Hold::Kind::frozen) found = &hold;
  }
  return found;
}

const OpenBackfill* backfill_for(const TimetableInput& input, const InstantDecision& entry) {
  for (const OpenBackfill& backfill : input.backfills) {
    if (backfill.schedule_key == entry.schedule_key && entry.instant >= backfill.from &&
        entry.last < backfill.until) {
      return &backfill;
    }
  }
  return nullptr;
}

bool decide_aside(const TimetableInput& input, WallTime now, InstantDecision& entry) {
  if (const OpenBackfill* backfill = backfill_for(input, entry)) {
    set(entry, Decision::skipped_by_backfill, backfill_reason(*backfill));
    return true;
  }
  if (const Hold* hold = hold_for(input.holds, entry, now)) {
    const bool paused = hold->kind == Hold::Kind::paused;
    set(entry, paused ? Decision::paused : Decision::frozen, hold_reason(*hold, entry.instant));
    return true;
  }
  return false;
}

// How many of the late instants inside the window catch-up still runs, newest first.
std::size_t late_allowance(const CatchUpPolicy& policy, bool newer_on_time) {
  switch (policy.mode) {
    case Catchup::Mode::none:
      return 0;
    case Catchup::Mode::latest:
      return newer_on_time ? 0 : 1;
    case Catchup::Mode::all:
      return policy.cap;
  }
  UNREACHABLE();
}

void decide_late(const CatchUpPolicy& policy, WallTime now, std::size_t& allowed,
                 InstantDecision& entry) {
  const bool outside = policy.window.count() > 0 && now - entry.last > policy.window;
  if (!outside && !entry.is_block() && allowed > 0) {
    --allowed;
    set(entry, Decision::run, caught_up_reason(entry.instant, now, policy.mode));
  } else if (!outside && policy.mode == Catchup::Mode::all) {
    set(entry, Decision::capped, capped_reason(policy));
  } else {
    set(entry, Decision::missed, missed_reason(entry.last, now, policy));
  }
}

// A schedule that is faster than its runs would otherwise queue without end.
void bound_queue(const TimetableInput& input, const std::vector<InstantDecision*>& runs) {
  auto unfinished = static_cast<std::size_t>(std::max(input.unfinished_runs, 0));
  for (InstantDecision* entry : runs) {
    if (unfinished < input.catch_up.max_waiting) {
      ++unfinished;
    } else {
      set(*entry, Decision::capped, waiting_capped_reason(input.catch_up.max_waiting));
    }
  }
}

}  // namespace

void decide_one_schedule(const TimetableInput& input, WallTime now,
                         std::vector<InstantDecision>& entries) {
  bool newer_on_time = false;
  std::vector<InstantDecision*> late;  // newest first
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (decide_aside(input, now, *entry)) continue;
    const bool on_time = !entry->is_block() && now - entry->instant <= kOnTime;
    newer_on_time = newer_on_time || on_time;
    if (!on_time) late.push_back(&*entry);
  }
  std::size_t allowed = late_allowance(input.catch_up, newer_on_time);
  for (InstantDecision* entry : late) decide_late(input.catch_up, now, allowed, *entry);
}

void settle_overlap(const TimetableInput& input, std::vector<InstantDecision>& entries) {
  std::vector<InstantDecision*> runs;
  for (InstantDecision& entry : entries) {
    if (entry.decision == Decision::run) runs.push_back(&entry);
  }
  const int most = std::max(input.max_active_runs, 1);
  const auto room = static_cast<std::size_t>(std::max(most - input.unfinished_runs, 0));
  switch (input.on_overlap) {
    case Dag::OnOverlap::queue:
      return bound_queue(input, runs);
    case Dag::OnOverlap::skip:
      for (std::size_t i = room; i < runs.size(); ++i) {
        set(*runs[i], Decision::overlapping, skip_reason(most));
      }
      return;
    case Dag::OnOverlap::cancel_running:
      for (std::size_t i = 0; i + std::max<std::size_t>(room, 1) < runs.size(); ++i) {
        set(*runs[i], Decision::overlapping, newer_reason());
      }
      return;
  }
  UNREACHABLE();
}

}  // namespace tidemill
