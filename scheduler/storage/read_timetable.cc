#include "scheduler/storage/read_timetable.h"

namespace tidemill {

Result<Decision> read_decision(const Statement& row, int column) {
  return known(row, column, decision_from);
}

Result<RunState> read_run_state(const Statement& row, int column) {
  return known(row, column, run_state_from);
}

Result<DagRow> read_dag(const Statement& row) {
  DagRow r;
  r.name = row.text(0);
  r.file = row.text(1);
  r.version = row.integer(2);
  r.paused = row.integer(3) != 0;
  r.paused_by = row.text(4);
  r.paused_reason = row.text(5);
  r.paused_at = time_at(row, 6);
  r.state = TRY(known(row, 7, dag_state_from));
  r.findings = row.text(8);
  r.first_seen = time_at(row, 9);
  r.last_seen = time_at(row, 10);
  r.loaded_at = time_at(row, 11);
  r.schedule_hash = row.text(12);
  return r;
}

Result<ScheduleRow> read_schedule(const Statement& row) {
  return ScheduleRow{row.text(0),         row.text(1),     row.text(2),    row.text(3),
                     row.integer(4) != 0, time_at(row, 5), time_at(row, 6)};
}

Result<InstantRow> read_instant(const Statement& row) {
  InstantRow r;
  r.dag = row.text(0);
  r.schedule_key = row.text(1);
  r.instant = time_at(row, 2);
  r.label = row.text(3);
  r.interval_start = time_at(row, 4);
  r.interval_end = time_at(row, 5);
  r.decision = TRY(read_decision(row, 6));
  r.run = {row.integer(7)};
  r.reason = row.text(8);
  r.decided_at = time_at(row, 9);
  return r;
}

Result<InstantBlockRow> read_block(const Statement& row) {
  InstantBlockRow r;
  r.dag = row.text(0);
  r.schedule_key = row.text(1);
  r.first = time_at(row, 2);
  r.last = time_at(row, 3);
  r.count = row.integer(4);
  r.counted_all = row.integer(5) != 0;
  r.decision = TRY(read_decision(row, 6));
  r.reason = row.text(7);
  r.decided_at = time_at(row, 8);
  return r;
}

Result<BackfillRow> read_backfill(const Statement& row) {
  BackfillRow r;
  r.id = row.integer(0);
  r.dag = row.text(1);
  r.schedule_key = row.text(2);
  r.request.from = time_at(row, 3);
  r.request.until = time_at(row, 4);
  r.request.reprocess = TRY(known(row, 5, reprocess_from));
  r.request.order = TRY(known(row, 6, backfill_order_from));
  r.request.max_parallel = static_cast<int>(row.integer(7));
  r.params = row.text(8);
  r.state = TRY(known(row, 9, backfill_state_from));
  r.created_by = row.text(10);
  r.reason = row.text(11);
  r.created_at = time_at(row, 12);
  r.ended_at = time_at(row, 13);
  return r;
}

Result<BackfillSlotRow> read_slot(const Statement& row) {
  BackfillSlotRow r;
  r.backfill = row.integer(0);
  r.position = row.integer(1);
  r.slot.instant = time_at(row, 2);
  r.slot.label = row.text(3);
  r.slot.interval_start = time_at(row, 4);
  r.slot.interval_end = time_at(row, 5);
  r.slot.state = TRY(known(row, 6, slot_state_from));
  r.run = {row.integer(7)};
  r.slot.reason = row.text(8);
  r.run_state = TRY(read_run_state(row, 9));
  return r;
}

Result<FreezeRow> read_freeze(const Statement& row) {
  FreezeRow r;
  r.id = row.integer(0);
  r.from = time_at(row, 1);
  r.until = time_at(row, 2);
  r.reason = row.text(3);
  r.created_by = row.text(4);
  r.after = TRY(known(row, 5, release_from));
  r.lifted_at = time_at(row, 6);
  r.lifted_by = row.text(7);
  r.settled = row.integer(8) != 0;
  return r;
}

Result<DeadlineRow> read_deadline(const Statement& row) {
  return DeadlineRow{
      {row.integer(0)}, row.text(1), time_at(row, 2), time_at(row, 3), time_at(row, 4)};
}

Result<DagTriggerRow> read_dag_trigger(const Statement& row) {
  return DagTriggerRow{row.text(0), row.text(1), row.text(2), row.integer(3) != 0, time_at(row, 4)};
}

Result<DagStartRow> read_dag_start(const Statement& row) {
  DagStartRow r;
  r.dag = row.text(0);
  r.source_run = {row.integer(1)};
  r.source = row.text(2);
  r.state = TRY(read_run_state(row, 3));
  r.decision = TRY(read_decision(row, 4));
  r.run = {row.integer(5)};
  r.depth = static_cast<int>(row.integer(6));
  r.reason = row.text(7);
  r.decided_at = time_at(row, 8);
  return r;
}

}  // namespace tidemill
