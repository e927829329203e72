// Which runs are due, and what becomes of every instant for which none is made. Pure: a function of
// the schedules, what was decided before, and the time.
//
// Each instant of each schedule gets exactly one decision. `decided_until` says how far that went;
// the decisions of one call, the runs they make and the new `decided_until` belong into one commit,
// so that a crash loses or keeps all of them. It never matters how long nobody looked, or why:
// outage, suspend and a clock that was set forward are the same thing.
//
// On time means at most kOnTime late, which a restart or a step of the clock may cost: such an
// instant runs whatever catch-up says. Of what is later (within the catch-up window):
//   none    nothing runs
//   latest  the newest one runs, unless a newer one is on time
//   all     all run, at most the newest `cap` of them; the others are `capped`
// What falls into a pause or a freeze waits for an operator's word (core/catch_up.h), and while
// one holds no late run is made either.
//
// When the clock was set back, instants that ran do not run again, and instants that were given up
// while it was ahead become due again: see TimetablePlan::reload.
//
// The data interval of an instant is [previous instant of the same schedule, instant); the first
// instant of a list (`at`, `dates`) has an empty one, [instant, instant).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "core/dag.h"
#include "core/decision.h"
#include "core/schedule.h"

namespace tidemill {

inline constexpr Duration kTick(1);  // between a moment and the next
// How late an instant may be found and still count as on time. Waits are re-evaluated this often.
inline constexpr Duration kOnTime = std::chrono::seconds(30);

struct CatchUpPolicy {
  Catchup::Mode mode = Catchup::Mode::none;
  Duration window{};                // how late an instant may still run; 0 = no bound
  std::size_t cap = 100;            // `all`: late runs of one schedule in one go
  std::optional<WallTime> start;    // `all`: a dag seen for the first time begins here, else now
  std::size_t rows = 1'000;         // newest instants with a decision of their own, see count
  std::size_t counted = 10'000;     // older ones are counted up to here
  std::size_t max_waiting = 1'000;  // on_overlap queue: unfinished runs beyond which none is added
};

CatchUpPolicy catch_up_of(const Dag& dag);

// A time in which no run is made, of one dag (paused) or of all (frozen): [from, until).
struct Hold {
  enum class Kind : std::uint8_t { paused, frozen } kind = Kind::paused;
  WallTime from;
  std::optional<WallTime> until;  // none = until somebody ends it
  std::string reason;             // as given by `by`; may be empty
  std::string by;

  bool covers(WallTime t) const { return t >= from && (!until || t < *until); }
};

// An open backfill of this dag; it has slots for the instants in [from, until), where `until` is
// that of its plan.
struct OpenBackfill {
  std::int64_t id = 0;
  std::string schedule_key;
  WallTime from, until;
};

// One schedule of the dag's current version and how far it is decided. In memory it is moved on by
// follow(); after a start it comes from the rows.
struct ScheduleState {
  std::string key;  // core/schedule_book.h
  Schedule schedule;
  ZonePtr zone;
  WallTime decided_until;
  // Rows after decided_until. Empty unless the clock was set back or a backfill went ahead.
  std::map<WallTime, Decision> decided;
};

struct TimetableInput {
  std::string dag;
  std::vector<ScheduleState> schedules;  // each key once
  CatchUpPolicy catch_up;
  std::vector<Hold>
      holds;  // of this dag and of all; also ended ones after the oldest decided_until
  std::vector<OpenBackfill> backfills;
  int max_active_runs = 1;
  Dag::OnOverlap on_overlap = Dag::OnOverlap::queue;
  int unfinished_runs = 0;  // of this dag, queued or running
};

struct InstantDecision {
  std::string dag;
  std::string schedule_key;
  std::size_t schedule = 0;  // position in TimetableInput::schedules
  WallTime instant;
  std::string label;  // on the schedule's clock: "2026-03-29 03:00 CEST"
  WallTime interval_start, interval_end;
  Decision decision = Decision::run;
  std::string reason;     // one sentence; empty for a run that is on time
  bool replaces = false;  // a row with another decision is there; only ever with Decision::run

  // When more instants were due than get rows of their own, one decision stands for all the older
  // ones: `count` instants from `instant` to `last`. Never a run.
  std::int64_t count = 1;
  bool counted_all = true;  // false: there are more than `count`
  WallTime last;
  bool is_block() const { return count > 1; }
};

struct TimetablePlan {
  std::vector<InstantDecision> decisions;  // by instant, then schedule
  // By position in schedules: the new decided_until, as of the newest instant decided.
  std::vector<WallTime> decided_until;
  // The clock was set back by more than kOnTime: the schedules concerned were left alone. Load
  // their states from the rows again and plan again.
  bool reload = false;
  std::optional<WallTime> next_instant;  // of any schedule, held or not; none = never again
  WallTime look_again;    // the next instant or the end of a hold, at most kOnTime away
  std::size_t steps = 0;  // questions put to schedules: what planning cost
};

TimetablePlan plan_timetable(const TimetableInput& input, WallTime now);

// Moves the states on to where the plan went.
void follow(const TimetablePlan& plan, std::vector<ScheduleState>& schedules);

// "2026-03-29 03:00 CEST", with seconds when they are not zero.
std::string local_label(const Zone& zone, WallTime t);

// The instant before this one; none when there is none.
std::optional<WallTime> previous_due(const Schedule& schedule, const Zone& zone, WallTime instant);

// When the deadline of a run passes; none while that depends on a start that has not happened
// (started_at 0).
std::optional<WallTime> deadline_due(const Deadline& deadline, WallTime scheduled_for,
                                     WallTime created_at, WallTime started_at);

}  // namespace tidemill
