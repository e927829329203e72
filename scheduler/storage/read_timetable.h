// From a row of a SELECT to a value. The column lists and the functions belong together. A word
// that no build of ours wrote is `corrupt`.
#pragma once

#include "scheduler/storage/sqlite.h"
#include "scheduler/storage/timetable_rows.h"

namespace tidemill {

inline constexpr const char* kDagColumns =
    "name, file, coalesce(version_id, 0), paused, paused_by, paused_reason, paused_at, state,"
    " findings, first_seen, last_seen, loaded_at, schedule_hash";
inline constexpr const char* kScheduleColumns =
    "dag, schedule_key, text, timezone, active, since, decided_until";
inline constexpr const char* kInstantColumns =
    "dag, schedule_key, instant, label, interval_start, interval_end, decision, run_id, reason,"
    " decided_at";
inline constexpr const char* kBlockColumns =
    "dag, schedule_key, first_instant, last_instant, count, counted_all, decision, reason,"
    " decided_at";
inline constexpr const char* kBackfillColumns =
    "backfill_id, dag, schedule_key, from_instant, until, reprocess, run_order, max_parallel,"
    " params, state, created_by, reason, created_at, ended_at";
inline constexpr const char* kFreezeColumns =
    "freeze_id, from_time, until, reason, created_by, after, lifted_at, lifted_by, settled";
inline constexpr const char* kDeadlineColumns = "run_id, dag, due_at, ended_at, missed_at";
inline constexpr const char* kDagTriggerColumns = "dag, source, states, active, since";
inline constexpr const char* kDagStartColumns =
    "dag, source_run, source, state, decision, run_id, depth, reason, decided_at";

Result<DagRow> read_dag(const Statement& row);
Result<ScheduleRow> read_schedule(const Statement& row);
Result<InstantRow> read_instant(const Statement& row);
Result<InstantBlockRow> read_block(const Statement& row);
Result<BackfillRow> read_backfill(const Statement& row);
// Of backfill_slots s LEFT JOIN runs r; see TimetableReader::slots.
inline constexpr const char* kSlotColumns =
    "s.backfill_id, s.position, s.instant, s.label, s.interval_start, s.interval_end, s.state,"
    " s.run_id, s.reason, coalesce(r.state, 'queued')";
Result<BackfillSlotRow> read_slot(const Statement& row);
Result<FreezeRow> read_freeze(const Statement& row);
Result<DeadlineRow> read_deadline(const Statement& row);
Result<DagTriggerRow> read_dag_trigger(const Statement& row);
Result<DagStartRow> read_dag_start(const Statement& row);

// decision, word of the database.
Result<Decision> read_decision(const Statement& row, int column);
Result<RunState> read_run_state(const Statement& row, int column);

}  // namespace tidemill
