#include "scheduler/storage/write_timetable.h"

namespace tidemill {
namespace {

// Rows that are written whole: one statement makes them and changes them.
constexpr const char* kDag =
    "INSERT INTO dags VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " file=excluded.file, version_id=excluded.version_id, paused=excluded.paused,"
    " paused_by=excluded.paused_by, paused_reason=excluded.paused_reason,"
    " paused_at=excluded.paused_at, state=excluded.state, findings=excluded.findings,"
    " last_seen=excluded.last_seen, loaded_at=excluded.loaded_at,"
    " schedule_hash=excluded.schedule_hash";
constexpr const char* kSchedule =
    "INSERT INTO schedules VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " text=excluded.text, active=excluded.active, since=excluded.since,"
    " decided_until=excluded.decided_until";
constexpr const char* kBackfilled =
    "INSERT INTO instants VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " decision=excluded.decision, run_id=excluded.run_id, reason=excluded.reason,"
    " decided_at=excluded.decided_at WHERE decision<>'run'";
constexpr const char* kBackfill =
    "INSERT INTO backfills VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " max_parallel=excluded.max_parallel, state=excluded.state, reason=excluded.reason,"
    " ended_at=excluded.ended_at";
constexpr const char* kFreeze =
    "INSERT INTO freezes VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " until=excluded.until, reason=excluded.reason, after=excluded.after,"
    " lifted_at=excluded.lifted_at, lifted_by=excluded.lifted_by, settled=excluded.settled";
constexpr const char* kDeadline =
    "INSERT INTO deadlines VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " due_at=excluded.due_at, ended_at=excluded.ended_at,"
    " missed_at=CASE missed_at WHEN 0 THEN excluded.missed_at ELSE missed_at END";
constexpr const char* kDagTrigger =
    "INSERT INTO dag_triggers VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " states=excluded.states, active=excluded.active, since=excluded.since";
constexpr const char* kDatasetTrigger =
    "INSERT INTO dataset_triggers VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " any=excluded.any, active=excluded.active, seen=excluded.seen";

}  // namespace

Result<TimetableWriter> TimetableWriter::prepare(Database& database) {
  TimetableWriter w;
  w.dag_ = TRY(database.prepare(kDag));
  w.schedule_ = TRY(database.prepare(kSchedule));
  w.new_instant_ = TRY(
      database.prepare("INSERT OR FAIL INTO instants VALUES (?,?,?,?,?,?,?,?,?,?)"));
  w.instant_ = TRY(
      database.prepare("UPDATE instants SET decision=?, run_id=?, reason=?, decided_at=?"
                       " WHERE dag=? AND schedule_key=? AND instant=?"));
  w.backfilled_ = TRY(database.prepare(kBackfilled));
  w.block_ = TRY(database.prepare("INSERT INTO instant_blocks VALUES (?,?,?,?,?,?,?,?,?)"));
  w.decided_ = TRY(
      database.prepare("UPDATE schedules SET decided_until=?1"
                       " WHERE dag=?2 AND schedule_key=?3 AND decided_until<=?1"));
  w.backfill_ = TRY(database.prepare(kBackfill));
  w.new_slot_ = TRY(database.prepare("INSERT INTO backfill_slots VALUES (?,?,?,?,?,?,?,?,?)"));
  w.slot_ = TRY(
      database.prepare("UPDATE backfill_slots SET state=?, run_id=?, reason=?"
                       " WHERE backfill_id=? AND position=? AND state='waiting'"));
  w.freeze_ = TRY(database.prepare(kFreeze));
  w.deadline_ = TRY(database.prepare(kDeadline));
  w.idempotency_ = TRY(database.prepare("INSERT INTO idempotency_keys VALUES (?,?,?,?,?)"));
  w.dag_trigger_ = TRY(database.prepare(kDagTrigger));
  w.dag_start_ = TRY(database.prepare("INSERT INTO dag_starts VALUES (?,?,?,?,?,?,?,?,?)"));
  w.dataset_trigger_ = TRY(database.prepare(kDatasetTrigger));
  w.dataset_start_ = TRY(database.prepare("INSERT INTO dataset_starts VALUES (?,?,?,?,?,?,?,?,?)"));
  return w;
}

Status TimetableWriter::write(Database& database, const TimetableRows& rows) {
  for (const auto& row : rows.dags) TRY(write_dag(row));
  for (const auto& row : rows.schedules) TRY(write_schedule(row));
  for (const auto& row : rows.instants) TRY(write_instant(database, row));
  for (const auto& row : rows.blocks) TRY(write_block(row));
  for (const auto& row : rows.decided) TRY(write_decided(database, row));
  for (const auto& row : rows.backfills) TRY(write_backfill(row));
  for (const auto& row : rows.new_slots) TRY(write_new_slot(row));
  for (const auto& row : rows.slots) TRY(write_slot(database, row));
  for (const auto& row : rows.freezes) TRY(write_freeze(row));
  for (const auto& row : rows.deadlines) TRY(write_deadline(row));
  for (const auto& row : rows.idempotency_keys) TRY(write_idempotency(row));
  for (const auto& row : rows.dag_triggers) TRY(write_dag_trigger(row));
  for (const auto& row : rows.dag_starts) TRY(write_dag_start(row));
  for (const auto& row : rows.dataset_triggers) TRY(write_dataset_trigger(row));
  for (const auto& row : rows.dataset_starts) TRY(write_dataset_start(row));
  return Ok{};
}

Status TimetableWriter::write_dag(const DagRow& r) {
  const auto version = r.version == 0 ? std::nullopt : std::optional(r.version);
  return dag_
      .bind(r.name, r.file, version, r.paused, r.paused_by, r.paused_reason, r.paused_at.us,
            to_word(r.state), r.findings, r.first_seen.us, r.last_seen.us, r.loaded_at.us,
            r.schedule_hash)
      .run();
}

Status TimetableWriter::write_schedule(const ScheduleRow& r) {
  return schedule_.bind(r.dag, r.key, r.text, r.timezone, r.active, r.since.us, r.decided_until.us)
      .run();
}

Status TimetableWriter::write_instant(Database& database, const InstantRow& r) {
  if (r.write != InstantRow::Write::replaces) {
    Statement& insert = r.write == InstantRow::Write::fresh ? new_instant_ : backfilled_;
    return insert
        .bind(r.dag, r.schedule_key, r.instant.us, r.label, r.interval_start.us, r.interval_end.us,
              to_word(r.decision), r.run.value, r.reason, r.decided_at.us)
        .run();
  }
  TRY(instant_
          .bind(to_word(r.decision), r.run.value, r.reason, r.decided_at.us, r.dag, r.schedule_key,
                r.instant.us)
          .run());
  return expect_one(database,
                    fmt::format("the instant {} of {}", format_rfc3339(r.instant), r.dag));
}

Status TimetableWriter::write_block(const InstantBlockRow& r) {
  return block_
      .bind(r.dag, r.schedule_key, r.first.us, r.last.us, r.count, r.counted_all,
            to_word(r.decision), r.reason, r.decided_at.us)
      .run();
}

Status TimetableWriter::write_decided(Database& database, const TimetableRows::DecidedUntil& r) {
  TRY(decided_.bind(r.decided_until.us, r.dag, r.key).run());
  return expect_one(database, fmt::format("schedule {} of {}", r.key, r.dag));
}

Status TimetableWriter::write_backfill(const BackfillRow& r) {
  return backfill_
      .bind(r.id, r.dag, r.schedule_key, r.request.from.us, r.request.until.us,
            to_word(r.request.reprocess), to_word(r.request.order), r.request.max_parallel,
            r.params, to_word(r.state), r.created_by, r.reason, r.created_at.us, r.ended_at.us)
      .run();
}

Status TimetableWriter::write_new_slot(const BackfillSlotRow& r) {
  return new_slot_
      .bind(r.backfill, r.position, r.slot.instant.us, r.slot.label, r.slot.interval_start.us,
            r.slot.interval_end.us, to_word(r.slot.state), r.run.value, r.slot.reason)
      .run();
}

Status TimetableWriter::write_slot(Database& database, const BackfillSlotRow& r) {
  TRY(slot_.bind(to_word(r.slot.state), r.run.value, r.slot.reason, r.backfill, r.position).run());
  return expect_one(database, fmt::format("slot {} of backfill {}", r.position, r.backfill));
}

Status TimetableWriter::write_freeze(const FreezeRow& r) {
  return freeze_
      .bind(r.id, r.from.us, r.until.us, r.reason, r.created_by, to_word(r.after), r.lifted_at.us,
            r.lifted_by, r.settled)
      .run();
}

Status TimetableWriter::write_deadline(const DeadlineRow& r) {
  return deadline_.bind(r.run.value, r.dag, r.due_at.us, r.ended_at.us, r.missed_at.us).run();
}

Status TimetableWriter::write_idempotency(const IdempotencyRow& r) {
  return idempotency_.bind(r.scope, r.key, r.body_hash, r.run.value, r.at.us).run();
}

Status TimetableWriter::write_dag_trigger(const DagTriggerRow& r) {
  return dag_trigger_.bind(r.dag, r.source, r.states, r.active, r.since.us).run();
}

Status TimetableWriter::write_dag_start(const DagStartRow& r) {
  return dag_start_
      .bind(r.dag, r.source_run.value, r.source, to_word(r.state), to_word(r.decision), r.run.value,
            r.depth, r.reason, r.decided_at.us)
      .run();
}

Status TimetableWriter::write_dataset_trigger(const DatasetTriggerRow& r) {
  return dataset_trigger_.bind(r.dag, r.datasets, r.any, r.active, r.seen).run();
}

Status TimetableWriter::write_dataset_start(const DatasetStartRow& r) {
  return dataset_start_
      .bind(r.dag, r.datasets, r.seen, r.updates, to_word(r.decision), r.run.value, r.depth,
            r.reason, r.decided_at.us)
      .run();
}

}  // namespace tidemill
