// From a row of a SELECT to a value. The column lists and the functions belong together.
#pragma once

#include "scheduler/storage/rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

inline constexpr const char* kRunColumns =
    "run_id, version_id, dag_name, state, params, seed, origin, directory, reason, cancelling,"
    " timed_out, deadline_missed, created_at, scheduled_for, interval_start, interval_end,"
    " started_at, ended_at, reused_from, tasks_total, tasks_succeeded, tasks_failed,"
    " tasks_other_end, trigger_kind, backfill_id, paused, paused_at, pause_note, timeout_shift,"
    " reopened, control_seq";
inline constexpr const char* kTaskColumns =
    "run_id, task_index, state, cause, tolerated, pruned, reused, retries, losses, attempts,"
    " exit_code, memory_factor, attempt_id, worker_id, ready_at, granted_at, started_at, ended_at,"
    " retry_at, reason, clears, attempts_before, marked, on_stop, control_seq";
inline constexpr const char* kAttemptColumns =
    "run_id, task_index, number, attempt_id, worker_id, cause, exit_code, signal, message,"
    " granted_at, started_at, ended_at, cpu_us, peak_memory, log_bytes, log_dropped";

// A word that no build of ours wrote is `corrupt`.
Result<RunRow> read_run(const Statement& row);
Result<TaskRow> read_task(const Statement& row);
Result<AttemptRow> read_attempt(const Statement& row);

}  // namespace tidemill
