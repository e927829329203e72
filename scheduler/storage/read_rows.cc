#include "scheduler/storage/read_rows.h"

namespace tidemill {

Result<RunRow> read_run(const Statement& row) {
  RunRow r;
  r.id = {row.integer(0)};
  r.version = row.integer(1);
  r.dag_name = row.text(2);
  r.state = TRY(known(row, 3, run_state_from));
  r.params = row.text(4);
  r.seed = static_cast<std::uint64_t>(row.integer(5));
  r.origin = row.text(6);
  r.directory = row.text(7);
  r.reason = row.text(8);
  r.cancelling = row.integer(9) != 0;
  r.timed_out = row.integer(10) != 0;
  r.deadline_missed = row.integer(11) != 0;
  r.created_at = time_at(row, 12);
  r.scheduled_for = time_at(row, 13);
  r.interval_start = time_at(row, 14);
  r.interval_end = time_at(row, 15);
  r.started_at = time_at(row, 16);
  r.ended_at = time_at(row, 17);
  r.reused_from = {row.integer(18)};
  r.tasks = {row.integer(19), row.integer(20), row.integer(21), row.integer(22)};
  r.trigger_kind = TRY(known(row, 23, trigger_kind_from));
  r.backfill = row.integer(24);
  r.paused = row.integer(25) != 0;
  r.paused_at = time_at(row, 26);
  r.pause_note = row.text(27);
  r.timeout_shift = Duration(row.integer(28));
  r.reopened = static_cast<std::uint32_t>(row.integer(29));
  r.control_seq = row.integer(30);
  return r;
}

Result<TaskRow> read_task(const Statement& row) {
  TaskRow r;
  r.run = {row.integer(0)};
  r.task = static_cast<TaskIndex>(row.integer(1));
  r.state = TRY(known(row, 2, task_state_from));
  r.cause = TRY(known(row, 3, cause_from));
  r.tolerated = row.integer(4) != 0;
  r.pruned = row.integer(5) != 0;
  r.reused = row.integer(6) != 0;
  r.retries = static_cast<std::uint16_t>(row.integer(7));
  r.losses = static_cast<std::uint16_t>(row.integer(8));
  r.attempts = static_cast<std::uint32_t>(row.integer(9));
  r.exit_code = static_cast<int>(row.integer(10));
  r.memory_factor = row.real(11);
  r.attempt = {row.integer(12)};
  r.worker = {row.integer(13)};
  r.ready_at = time_at(row, 14);
  r.granted_at = time_at(row, 15);
  r.started_at = time_at(row, 16);
  r.ended_at = time_at(row, 17);
  r.retry_at = time_at(row, 18);
  r.reason = row.text(19);
  r.clears = static_cast<std::uint32_t>(row.integer(20));
  r.attempts_before = static_cast<std::uint32_t>(row.integer(21));
  r.marked = row.integer(22) != 0;
  if (!row.text(23).empty()) r.on_stop = TRY(known(row, 23, task_state_from));
  r.control_seq = row.integer(24);
  return r;
}

Result<AttemptRow> read_attempt(const Statement& row) {
  AttemptRow r;
  r.run = {row.integer(0)};
  r.task = static_cast<TaskIndex>(row.integer(1));
  r.number = static_cast<std::uint32_t>(row.integer(2));
  r.attempt = {row.integer(3)};
  r.worker = {row.integer(4)};
  r.cause = TRY(known(row, 5, cause_from));
  r.exit_code = static_cast<int>(row.integer(6));
  r.signal = static_cast<int>(row.integer(7));
  r.message = row.text(8);
  r.granted_at = time_at(row, 9);
  r.started_at = time_at(row, 10);
  r.ended_at = time_at(row, 11);
  r.usage.cpu = Duration(row.integer(12));
  r.usage.peak_memory = static_cast<std::uint64_t>(row.integer(13));
  r.usage.log_bytes = static_cast<std::uint64_t>(row.integer(14));
  r.usage.log_dropped = static_cast<std::uint64_t>(row.integer(15));
  return r;
}

}  // namespace tidemill
