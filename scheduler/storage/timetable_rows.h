// Rows about time as plain values: what is due, what was decided, backfills, freezes, deadlines.
// The words are those of core/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/backfill.h"
#include "core/catch_up.h"
#include "core/decision.h"
#include "core/timetable.h"
#include "scheduler/storage/dataset_rows.h"

namespace tidemill {

// A dag of the folder, as it was last loaded.
struct DagRow {
  enum class State : std::uint8_t {
    ok,
    broken,  // the file has errors; the last good version goes on
    gone,    // the file is no longer there; nothing of it is due
  };
  std::string name;
  std::string file;          // relative to the folder
  std::int64_t version = 0;  // the last good one, of dag_versions; 0 = there never was one
  bool paused = false;
  std::string paused_by, paused_reason;
  WallTime paused_at;  // 0 = it is not
  State state = State::ok;
  std::string findings = "[]";  // JSON array, of the last load
  WallTime first_seen, last_seen, loaded_at;
  std::string schedule_hash;  // schedules_hash() of the version
};

std::string_view to_word(DagRow::State state);
std::optional<DagRow::State> dag_state_from(std::string_view word);

// A schedule that a dag has or had, and how far it is decided. The writer only lets decided_until
// go back where ScheduleRow is written whole: when a schedule begins, or after the clock was set
// back.
struct ScheduleRow {
  std::string dag;
  std::string key;
  std::string text;  // as written, for people
  std::string timezone;
  bool active = true;
  WallTime since;  // when it began, the last time
  WallTime decided_until;
};

struct InstantRow {
  std::string dag;
  std::string schedule_key;
  WallTime instant;
  std::string label;
  WallTime interval_start, interval_end;
  Decision decision = Decision::run;
  RunId run;  // set exactly when the decision is run
  std::string reason;
  WallTime decided_at;
  // fresh: there is no row yet; replaces: there is one with another decision; by_backfill: either,
  // and a row that ran already stays as it is. Not stored.
  enum class Write : std::uint8_t { fresh, replaces, by_backfill } write = Write::fresh;
};

// Older instants that one decision stands for. Never a run.
struct InstantBlockRow {
  std::string dag;
  std::string schedule_key;
  WallTime first, last;
  std::int64_t count = 0;
  bool counted_all = true;
  Decision decision = Decision::missed;
  std::string reason;
  WallTime decided_at;
};

struct BackfillRow {
  enum class State : std::uint8_t { open, done, cancelled };
  std::int64_t id = 0;
  std::string dag;
  std::string schedule_key;
  BackfillRequest request;
  std::string params = "{}";  // JSON object, of each run
  State state = State::open;
  std::string created_by, reason;  // reason: who cancelled it and why
  WallTime created_at, ended_at;   // ended_at: 0 = open
};

std::string_view to_word(BackfillRow::State state);
std::optional<BackfillRow::State> backfill_state_from(std::string_view word);

struct BackfillSlotRow {
  std::int64_t backfill = 0;
  std::int64_t position = 0;  // 0, 1, … in the order in which they run
  BackfillSlot slot;
  RunId run;                              // 0 = none yet
  RunState run_state = RunState::queued;  // read only, of `run`
};

struct FreezeRow {
  std::int64_t id = 0;
  WallTime from, until;  // until: 0 = until it is lifted
  std::string reason, created_by;
  Release after = Release::none;  // what becomes of the instants that it held back
  WallTime lifted_at;             // 0 = not before its time
  std::string lifted_by;
  bool settled = false;  // `after` was carried out
};

struct DeadlineRow {
  RunId run;
  std::string dag;
  WallTime due_at;     // 0 = counts from the start, which has not happened
  WallTime ended_at;   // when the run ended; 0 = it has not
  WallTime missed_at;  // when it passed; 0 = it was not missed. Never changes again
};

struct IdempotencyRow {
  std::string scope;  // what the key is for, "POST dags/x/runs by ann"
  std::string key;
  std::string body_hash;
  RunId run;
  WallTime at;
};

// Since when the ends of runs of `source` start runs of `dag`.
struct DagTriggerRow {
  std::string dag, source;
  std::string states;  // "succeeded,partial"
  bool active = true;
  WallTime since;  // ends before that are decided, or of no concern
};

// What became of the end of one run for one dag that waits for such ends. Never written twice.
struct DagStartRow {
  std::string dag;
  RunId source_run;
  std::string source;
  RunState state = RunState::succeeded;  // of source_run
  Decision decision = Decision::run;
  RunId run;      // set exactly when the decision is run
  int depth = 1;  // how many runs started each other, up to `run`
  std::string reason;
  WallTime decided_at;
};

// What one turn changed about time; part of Batch.
struct TimetableRows {
  struct DecidedUntil {
    std::string dag, key;
    WallTime decided_until;
  };
  std::vector<DagRow> dags;            // whole row, new or changed
  std::vector<ScheduleRow> schedules;  // whole row, new or changed
  std::vector<InstantRow> instants;
  std::vector<InstantBlockRow> blocks;
  std::vector<DecidedUntil> decided;       // moves on, never back
  std::vector<BackfillRow> backfills;      // whole row, new or changed
  std::vector<BackfillSlotRow> new_slots;  // with their backfill
  std::vector<BackfillSlotRow> slots;      // changed: state, reason and run
  std::vector<FreezeRow> freezes;          // whole row, new or changed
  std::vector<DeadlineRow> deadlines;      // whole row, new or changed
  std::vector<IdempotencyRow> idempotency_keys;
  std::vector<DagTriggerRow> dag_triggers;  // whole row, new or changed
  std::vector<DagStartRow> dag_starts;
  std::vector<DatasetTriggerRow> dataset_triggers;  // whole row, new or changed
  std::vector<DatasetStartRow> dataset_starts;

  std::size_t row_count() const {
    return dags.size() + schedules.size() + instants.size() + blocks.size() + decided.size() +
           backfills.size() + new_slots.size() + slots.size() + freezes.size() + deadlines.size() +
           idempotency_keys.size() + dag_triggers.size() + dag_starts.size() +
           dataset_triggers.size() + dataset_starts.size();
  }
  bool empty() const { return row_count() == 0; }
};

// The row of a decision that is no block; `run` as the engine gave it, none unless it runs.
InstantRow instant_row(const InstantDecision& decision, RunId run, WallTime now);
InstantBlockRow block_row(const InstantDecision& decision, WallTime now);
Hold hold_of(const FreezeRow& freeze);

}  // namespace tidemill
