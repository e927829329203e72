// The rows of the database as plain values, and Batch: all rows that one turn of the scheduler
// changed. Values only, so that a batch can be handed to the writer thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/outcome.h"
#include "core/trigger_kind.h"
#include "core/words.h"
#include "scheduler/storage/bulk_retry_rows.h"
#include "scheduler/storage/operation.h"
#include "scheduler/storage/timetable_rows.h"

namespace tidemill {

struct Counters {
  std::int64_t next_run = 1;
  std::int64_t next_attempt = 1;
  std::int64_t next_worker = 1;
  std::int64_t next_version = 1;
  auto operator<=>(const Counters&) const = default;
};

struct DagVersionRow {
  std::int64_t version = 0;
  std::string name;
  std::string content_hash;
  std::string source;
  std::uint32_t task_count = 0;       // ordinary ones; the rest of task_ids are hooks
  std::vector<std::string> task_ids;  // by TaskIndex
  WallTime stored_at;
};

struct WorkerRow {
  WorkerId id;
  std::string name;
  std::string boot_id;
  int slots = 1;
  std::string labels = "[]";  // JSON array
  WallTime first_seen, last_seen;
  Duration lease{};  // its attempts end when it was not heard for so long; 0 = never, it is local
  bool draining = false;  // gets nothing new, because somebody said so
};

struct TaskCounts {
  std::int64_t total = 0, succeeded = 0, failed = 0, other_end = 0;
};

struct RunRow {
  RunId id;
  std::int64_t version = 0;
  std::string dag_name;
  RunState state = RunState::queued;
  std::string params = "{}";
  std::uint64_t seed = 0;
  std::string origin;
  std::string directory;
  std::string reason;
  bool cancelling = false, timed_out = false, deadline_missed = false;
  WallTime created_at, scheduled_for, interval_start, interval_end, started_at, ended_at;
  RunId reused_from;
  TaskCounts tasks;
  TriggerKind trigger_kind = TriggerKind::manual;
  std::int64_t backfill = 0;  // 0 = of none
  bool paused = false;
  WallTime paused_at;
  std::string pause_note;
  Duration timeout_shift{};
  std::uint32_t reopened = 0;
  std::int64_t control_seq = 0;  // of the event by which it was last cleared or marked
};

struct TaskRow {
  RunId run;
  TaskIndex task = 0;
  TaskState state = TaskState::waiting;
  Cause cause = Cause::none;
  bool tolerated = false, pruned = false, reused = false;
  std::uint16_t retries = 0, losses = 0;
  std::uint32_t attempts = 0;
  int exit_code = 0;
  double memory_factor = 1.0;
  AttemptId attempt;
  WorkerId worker;
  WallTime ready_at, granted_at, started_at, ended_at, retry_at;
  std::string reason;
  std::uint32_t clears = 0, attempts_before = 0;
  bool marked = false;
  std::optional<TaskState> on_stop;
  std::int64_t control_seq = 0;  // of the event by which it was last cleared or marked

  // ResultRow::number of what it left: that of its last attempt. A task without attempts has one
  // result for each time it was begun; the first may have been taken over from an earlier run.
  std::uint32_t result_number() const { return attempts > 0 ? attempts : clears; }
};

// `before` is the state that the row must have now; nullopt = there is no row yet. A row that is
// found otherwise means that somebody else writes, and fails the batch.
struct TaskWrite {
  std::optional<TaskState> before;
  TaskRow row;
};

struct AttemptRow {
  RunId run;
  TaskIndex task = 0;
  std::uint32_t number = 0;
  AttemptId attempt;
  WorkerId worker;
  Cause cause = Cause::none;
  int exit_code = 0, signal = 0;
  std::string message;
  WallTime granted_at, started_at, ended_at;
  Usage usage;
};

// What an attempt left, or an answer; see TaskRow::result_number. Number 0 = also: taken over from
// the run named by RunRow::reused_from.
struct ResultRow {
  RunId run;
  TaskIndex task = 0;
  std::uint32_t number = 0;
  std::shared_ptr<const TaskResult> result;  // never null
};

struct EventRow {
  RunId run;
  std::int64_t seq = 0;
  WallTime at;
  std::string_view kind;  // "tasks", "run", "late", or what a person did: "clear" …
  std::optional<std::int64_t> task, attempt;
  std::string body;  // JSON, see migrations/0001_runs.sql and 0002_control.sql

  // Of the events that allow what only a person asks for; stored before the rows that they allow.
  bool is_control() const { return kind == "clear" || kind == "mark"; }
};

// A run with everything that its machine needs to go on.
struct StoredRun {
  RunRow row;
  std::vector<TaskRow> tasks;  // by TaskIndex; a task without a row is `waiting`
  std::vector<bool> stored;    // whether the task has a row
  std::vector<std::pair<TaskIndex, std::shared_ptr<const TaskResult>>> results;  // successful ones
  std::int64_t next_seq = 1;                                                     // of its events
};

struct RunWrite {
  bool is_new = false;
  RunRow row;
};

// Applied in the order of the members, all or nothing.
struct Batch {
  std::optional<Counters> counters;
  std::vector<DagVersionRow> dags;
  std::vector<WorkerRow> workers;
  std::vector<RunWrite> runs;
  std::vector<TaskWrite> tasks;
  std::vector<AttemptRow> attempts;
  std::vector<ResultRow> results;
  std::vector<EventRow> events;
  std::vector<DatasetUpdateRow> dataset_updates;  // their ids are given by the writer
  TimetableRows timetable;
  BulkRetryRows bulk_retries;
  // Applied last, in order; the writer fills in the outcome of each.
  std::vector<std::shared_ptr<Operation>> operations;

  bool empty() const {
    return !counters && dags.empty() && workers.empty() && runs.empty() && tasks.empty() &&
           attempts.empty() && results.empty() && events.empty() && dataset_updates.empty() &&
           timetable.empty() && bulk_retries.empty() && operations.empty();
  }
  std::size_t row_count() const {
    return (counters ? 1u : 0u) + dags.size() + workers.size() + runs.size() + tasks.size() +
           attempts.size() + results.size() + events.size() + dataset_updates.size() +
           timetable.row_count() + bulk_retries.row_count() + operation_weight();
  }
  std::size_t operation_weight() const {
    std::size_t weight = 0;
    for (const auto& operation : operations) weight += operation->weight;
    return weight;
  }
};

}  // namespace tidemill
