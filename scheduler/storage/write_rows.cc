#include "scheduler/storage/write_rows.h"

#include "base/fault_point.h"

namespace tidemill {
namespace {

std::string_view stop_word(const TaskRow& row) { return row.on_stop ? to_word(*row.on_stop) : ""; }

// What the one who asked did wrong; everything else is a fault of ours or of the disk.
bool is_refusal(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::not_found ||
         code == ErrorCode::conflict || code == ErrorCode::unsupported;
}

}  // namespace

Result<RowWriter> RowWriter::prepare(Database& database) {
  RowWriter w;
  w.counters_ = TRY(database.prepare(
      "UPDATE meta SET next_run=?, next_attempt=?, next_worker=?, next_version=?"));
  w.dag_ = TRY(database.prepare("INSERT INTO dag_versions VALUES (?,?,?,?,?,?)"));
  w.dag_task_ = TRY(database.prepare("INSERT INTO dag_tasks VALUES (?,?,?)"));
  w.worker_ = TRY(database.prepare(
      "INSERT INTO workers VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (worker_id) DO UPDATE SET"
      " boot_id=excluded.boot_id, slots=excluded.slots, labels=excluded.labels,"
      " last_seen=excluded.last_seen, lease_us=excluded.lease_us,"
      " draining=excluded.draining"));
  w.new_run_ = TRY(
      database.prepare("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
                       "?,?,?,?,?,?,?,?)"));
  w.run_ = TRY(database.prepare(
      "UPDATE runs SET state=?, reason=?, cancelling=?, timed_out=?, deadline_missed=?,"
      " started_at=?, ended_at=?, tasks_succeeded=?, tasks_failed=?, tasks_other_end=?,"
      " paused=?, paused_at=?, pause_note=?, timeout_shift=?, reopened=?, control_seq=?"
      " WHERE run_id=?"));
  w.new_task_ = TRY(database.prepare(
      "INSERT OR FAIL INTO tasks VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  w.task_ = TRY(database.prepare(
      "UPDATE OR FAIL tasks SET state=?, cause=?, tolerated=?, retries=?, losses=?, attempts=?,"
      " exit_code=?, memory_factor=?, attempt_id=?, worker_id=?, ready_at=?, granted_at=?,"
      " started_at=?, ended_at=?, retry_at=?, reason=?, clears=?, attempts_before=?, marked=?,"
      " on_stop=?, control_seq=?"
      " WHERE run_id=? AND task_index=? AND state=?"));
  w.attempt_ = TRY(
      database.prepare("INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  w.output_ = TRY(database.prepare("INSERT INTO outputs VALUES (?,?,?,?,?,?)"));
  w.metric_ = TRY(database.prepare("INSERT INTO metrics VALUES (?,?,?,?,?,?,?,?,?)"));
  w.check_ = TRY(database.prepare("INSERT INTO checks VALUES (?,?,?,?,?,?,?,?,?,?)"));
  w.artifact_ = TRY(database.prepare("INSERT INTO artifacts VALUES (?,?,?,?,?,?,?,?)"));
  w.summary_ = TRY(database.prepare("INSERT INTO summaries VALUES (?,?,?,?)"));
  w.event_ = TRY(database.prepare("INSERT INTO events VALUES (?,?,?,?,?,?,?)"));
  w.dataset_update_ = TRY(
      database.prepare("INSERT INTO dataset_updates VALUES (NULL,?,?,?,?,?,?)"));
  w.timetable_ = TRY(TimetableWriter::prepare(database));
  w.bulk_retries_ = TRY(BulkRetryWriter::prepare(database));
  w.audit_ = TRY(AuditWriter::prepare(database));
  return w;
}

Status RowWriter::write(Database& database, const Batch& batch) {
  if (batch.counters) TRY(write_counters(*batch.counters));
  for (const auto& row : batch.dags) TRY(write_dag(row));
  for (const auto& row : batch.workers) TRY(write_worker(row));
  for (const auto& row : batch.runs) {
    if (row.is_new) TRY(write_run(database, row));
  }
  for (const auto& row : batch.events) {
    if (row.is_control()) TRY(write_event(row));
  }
  for (const auto& row : batch.runs) {
    if (!row.is_new) TRY(write_run(database, row));
  }
  for (const auto& row : batch.tasks) TRY(write_task(database, row));
  fault_point("FP2");
  for (const auto& row : batch.attempts) TRY(write_attempt(row));
  for (const auto& row : batch.results) TRY(write_result(row));
  for (const auto& row : batch.events) {
    if (!row.is_control()) TRY(write_event(row));
  }
  for (const auto& row : batch.dataset_updates) TRY(write_dataset_update(row));
  TRY(timetable_.write(database, batch.timetable));
  TRY(bulk_retries_.write(database, batch.bulk_retries));
  for (const auto& operation : batch.operations) TRY(write_operation(database, *operation));
  return Ok{};
}

Status RowWriter::write_counters(const Counters& c) {
  return counters_.bind(c.next_run, c.next_attempt, c.next_worker, c.next_version).run();
}

Status RowWriter::write_dag(const DagVersionRow& r) {
  TRY(dag_.bind(r.version, r.name, r.content_hash, r.source, r.task_count, r.stored_at.us).run());
  for (std::size_t i = 0; i < r.task_ids.size(); ++i) {
    TRY(dag_task_.bind(r.version, static_cast<std::int64_t>(i), r.task_ids[i]).run());
  }
  return Ok{};
}

Status RowWriter::write_worker(const WorkerRow& r) {
  return worker_
      .bind(r.id.value, r.name, r.boot_id, r.slots, r.labels, r.first_seen.us, r.last_seen.us,
            r.lease.count(), r.draining)
      .run();
}

Status RowWriter::write_run(Database& database, const RunWrite& write) {
  const RunRow& r = write.row;
  if (write.is_new) {
    return new_run_
        .bind(r.id.value, r.version, r.dag_name, to_word(r.state), r.params,
              static_cast<std::int64_t>(r.seed), r.origin, r.directory, r.reason, r.cancelling,
              r.timed_out, r.deadline_missed, r.created_at.us, r.scheduled_for.us,
              r.interval_start.us, r.interval_end.us, r.started_at.us, r.ended_at.us,
              r.reused_from.value, r.tasks.total, r.tasks.succeeded, r.tasks.failed,
              r.tasks.other_end, to_word(r.trigger_kind), r.backfill, r.paused, r.paused_at.us,
              r.pause_note, r.timeout_shift.count(), r.reopened, r.control_seq)
        .run();
  }
  TRY(run_.bind(to_word(r.state), r.reason, r.cancelling, r.timed_out, r.deadline_missed,
                r.started_at.us, r.ended_at.us, r.tasks.succeeded, r.tasks.failed,
                r.tasks.other_end, r.paused, r.paused_at.us, r.pause_note, r.timeout_shift.count(),
                r.reopened, r.control_seq, r.id.value)
          .run());
  return expect_one(database, fmt::format("run {}", r.id.value));
}

Status RowWriter::write_task(Database& database, const TaskWrite& write) {
  const TaskRow& r = write.row;
  if (!write.before) {
    return new_task_
        .bind(r.run.value, r.task, to_word(r.state), to_word(r.cause), r.tolerated, r.pruned,
              r.reused, int{r.retries}, int{r.losses}, r.attempts, r.exit_code, r.memory_factor,
              r.attempt.value, r.worker.value, r.ready_at.us, r.granted_at.us, r.started_at.us,
              r.ended_at.us, r.retry_at.us, r.reason, r.clears, r.attempts_before, r.marked,
              stop_word(r), r.control_seq)
        .run();
  }
  TRY(task_
          .bind(to_word(r.state), to_word(r.cause), r.tolerated, int{r.retries}, int{r.losses},
                r.attempts, r.exit_code, r.memory_factor, r.attempt.value, r.worker.value,
                r.ready_at.us, r.granted_at.us, r.started_at.us, r.ended_at.us, r.retry_at.us,
                r.reason, r.clears, r.attempts_before, r.marked, stop_word(r), r.control_seq,
                r.run.value, r.task, to_word(*write.before))
          .run());
  return expect_one(database, fmt::format("task {} of run {}", r.task, r.run.value));
}

Status RowWriter::write_attempt(const AttemptRow& r) {
  return attempt_
      .bind(r.run.value, r.task, r.number, r.attempt.value, r.worker.value, to_word(r.cause),
            r.exit_code, r.signal, r.message, r.granted_at.us, r.started_at.us, r.ended_at.us,
            r.usage.cpu.count(), static_cast<std::int64_t>(r.usage.peak_memory),
            static_cast<std::int64_t>(r.usage.log_bytes),
            static_cast<std::int64_t>(r.usage.log_dropped))
      .run();
}

Status RowWriter::write_result(const ResultRow& r) {
  const TaskResult& result = *r.result;
  const auto run = r.run.value;
  int n = 0;
  for (const auto& [name, value] : result.outputs) {
    TRY(output_.bind(run, r.task, r.number, n++, name, value).run());
  }
  for (const Metric& m : result.metrics) {
    TRY(metric_
            .bind(run, r.task, r.number, n++, m.name, m.value, m.slice, m.step, m.higher_is_better)
            .run());
  }
  for (const CheckResult& c : result.checks) {
    TRY(check_
            .bind(run, r.task, r.number, n++, c.check, c.success, c.severity, c.column, c.expected,
                  c.actual)
            .run());
  }
  for (const Artifact& a : result.artifacts) {
    TRY(artifact_
            .bind(run, r.task, r.number, n++, a.name, a.hash, static_cast<std::int64_t>(a.bytes),
                  a.is_directory)
            .run());
  }
  if (result.summary.empty()) return Ok{};
  return summary_.bind(run, r.task, r.number, result.summary).run();
}

Status RowWriter::write_event(const EventRow& r) {
  return event_.bind(r.run.value, r.seq, r.at.us, r.kind, r.task, r.attempt, r.body).run();
}

Status RowWriter::write_dataset_update(const DatasetUpdateRow& r) {
  return dataset_update_.bind(r.dataset, r.at.us, r.dag, r.run.value, r.task, r.attempt.value)
      .run();
}

Status RowWriter::write_operation(Database& database, Operation& operation) {
  if (operation.apply) TRY(apply(database, operation));
  CHECK(operation.outcome.has_value());
  if (!operation.audit) return Ok{};
  return audit_.write(*operation.audit, *operation.outcome);
}

Status RowWriter::apply(Database& database, Operation& operation) {
  TRY(database.execute("SAVEPOINT operation"));
  auto outcome = operation.apply(database);
  if (!outcome.ok()) {
    if (!is_refusal(outcome.error().code)) return outcome.error();
    TRY(database.execute("ROLLBACK TO operation"));
  }
  operation.outcome = std::move(outcome);
  return database.execute("RELEASE operation");
}

}  // namespace tidemill
