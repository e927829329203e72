#include "scheduler/storage/timetable_reader.h"

#include <algorithm>

#include "scheduler/storage/open.h"
#include "scheduler/storage/read_timetable.h"

namespace tidemill {
namespace {

Result<HeldInstant> read_held(const Statement& row) {
  const auto decision = TRY(read_decision(row, 2));
  return HeldInstant{row.text(0), {row.integer(1)}, decision};
}

Result<InstantRun> read_instant_run(const Statement& row) {
  return InstantRun{{row.integer(0)}, {row.integer(1)}, TRY(read_run_state(row, 2))};
}

}  // namespace

Result<TimetableReader> TimetableReader::open(const std::string& path, const std::string& vfs) {
  return TimetableReader(TRY(open_for_reading(path, vfs)));
}

Result<std::vector<DagRow>> TimetableReader::dags() {
  Statement rows = TRY(database_.prepare(select(kDagColumns, "dags ORDER BY name")));
  return all_rows<DagRow>(rows, read_dag);
}

Result<std::optional<DagRow>> TimetableReader::dag(const std::string& name) {
  Statement row = TRY(database_.prepare(select(kDagColumns, "dags WHERE name = ?")));
  return one_row<DagRow>(row.bind(name), read_dag);
}

Result<std::vector<ScheduleRow>> TimetableReader::schedules(const std::string& dag) {
  Statement rows = TRY(database_.prepare(
      select(kScheduleColumns, "schedules WHERE dag = ? ORDER BY active DESC, since DESC")));
  return all_rows<ScheduleRow>(rows.bind(dag), read_schedule);
}

Result<std::vector<KnownSchedule>> TimetableReader::known_schedules(const std::string& dag) {
  std::vector<KnownSchedule> known;
  for (const ScheduleRow& row : TRY(schedules(dag))) {
    known.push_back({row.key, row.active, row.decided_until});
  }
  return known;
}

Result<TimetableReader::Position> TimetableReader::position(const ScheduleRow& schedule,
                                                            WallTime now) {
  Position position;
  position.decided_until = std::min(schedule.decided_until, now);
  Statement rows = TRY(
      database_.prepare("SELECT instant, decision FROM instants"
                        " WHERE dag = ? AND schedule_key = ? AND instant > ? ORDER BY instant"));
  rows.bind(schedule.dag, schedule.key, position.decided_until.us);
  while (TRY(rows.step())) {
    position.decided.emplace(WallTime{rows.integer(0)}, TRY(read_decision(rows, 1)));
  }
  return position;
}

Result<std::vector<InstantRow>> TimetableReader::instants(const std::string& dag, WallTime from,
                                                          WallTime until, int limit) {
  Statement rows = TRY(
      database_.prepare(select(kInstantColumns,
                               "instants WHERE dag = ? AND instant >= ? AND instant < ?"
                               " ORDER BY instant DESC, schedule_key LIMIT ?")));
  return all_rows<InstantRow>(rows.bind(dag, from.us, until.us, limit), read_instant);
}

Result<std::vector<InstantBlockRow>> TimetableReader::blocks(const std::string& dag, int limit) {
  Statement rows = TRY(database_.prepare(
      select(kBlockColumns,
             "instant_blocks WHERE dag = ? ORDER BY last_instant DESC, schedule_key LIMIT ?")));
  return all_rows<InstantBlockRow>(rows.bind(dag, limit), read_block);
}

Result<std::vector<HeldInstant>> TimetableReader::held(const std::string& dag, Decision decision,
                                                       WallTime from, int limit) {
  Statement rows = TRY(database_.prepare(
      "SELECT schedule_key, instant, decision FROM instants"
      " WHERE dag = ? AND decision = ? AND instant >= ? ORDER BY instant DESC LIMIT ?"));
  rows.bind(dag, to_word(decision), from.us, limit);
  auto held = TRY(all_rows<HeldInstant>(rows, read_held));
  std::reverse(held.begin(), held.end());
  return held;
}

Result<std::vector<InstantRun>> TimetableReader::runs(const std::string& dag,
                                                      const std::string& schedule_key,
                                                      WallTime from, WallTime until) {
  Statement rows = TRY(database_.prepare(
      "SELECT m.instant, m.run_id, r.state FROM"
      " (SELECT instant, max(run_id) AS run_id FROM"
      "   (SELECT instant, run_id FROM instants WHERE dag = ?1 AND schedule_key = ?2"
      "      AND instant >= ?3 AND instant < ?4 AND run_id > 0"
      "    UNION ALL SELECT s.instant, s.run_id FROM backfills b JOIN backfill_slots s"
      "      USING (backfill_id) WHERE b.dag = ?1 AND b.schedule_key = ?2"
      "      AND s.instant >= ?3 AND s.instant < ?4 AND s.run_id > 0)"
      "  GROUP BY instant) m JOIN runs r ON r.run_id = m.run_id ORDER BY m.instant"));
  return all_rows<InstantRun>(rows.bind(dag, schedule_key, from.us, until.us), read_instant_run);
}

Result<std::vector<BackfillRow>> TimetableReader::backfills(const std::string& dag,
                                                            std::int64_t before, int limit) {
  Statement rows = TRY(
      database_.prepare(select(kBackfillColumns,
                               "backfills WHERE (?1 = '' OR dag = ?1) AND backfill_id < ?2"
                               " ORDER BY backfill_id DESC LIMIT ?3")));
  return all_rows<BackfillRow>(rows.bind(dag, before == 0 ? INT64_MAX : before, limit),
                               read_backfill);
}

Result<BackfillRow> TimetableReader::backfill(std::int64_t id) {
  Statement row = TRY(
      database_.prepare(select(kBackfillColumns, "backfills WHERE backfill_id = ?")));
  if (!TRY(row.bind(id).step())) return not_found(fmt::format("there is no backfill {}", id));
  return read_backfill(row);
}

Result<std::vector<BackfillRow>> TimetableReader::open_backfills() {
  Statement rows = TRY(database_.prepare(
      select(kBackfillColumns, "backfills WHERE state = 'open' ORDER BY backfill_id")));
  return all_rows<BackfillRow>(rows, read_backfill);
}

Result<std::vector<BackfillSlotRow>> TimetableReader::slots(std::int64_t backfill) {
  Statement rows = TRY(
      database_.prepare(select(kSlotColumns,
                               "backfill_slots s LEFT JOIN runs r ON r.run_id = s.run_id"
                               " WHERE s.backfill_id = ? ORDER BY s.position")));
  return all_rows<BackfillSlotRow>(rows.bind(backfill), read_slot);
}

Result<std::int64_t> TimetableReader::next_backfill() {
  return database_.query_integer("SELECT coalesce(max(backfill_id), 0) + 1 FROM backfills");
}

Result<std::vector<FreezeRow>> TimetableReader::freezes(int limit) {
  Statement rows = TRY(
      database_.prepare(select(kFreezeColumns, "freezes ORDER BY freeze_id DESC LIMIT ?")));
  return all_rows<FreezeRow>(rows.bind(limit), read_freeze);
}

Result<std::vector<FreezeRow>> TimetableReader::unsettled_freezes() {
  Statement rows = TRY(
      database_.prepare(select(kFreezeColumns, "freezes WHERE settled = 0 ORDER BY freeze_id")));
  return all_rows<FreezeRow>(rows, read_freeze);
}

Result<std::int64_t> TimetableReader::next_freeze() {
  return database_.query_integer("SELECT coalesce(max(freeze_id), 0) + 1 FROM freezes");
}

Result<std::vector<DeadlineRow>> TimetableReader::open_deadlines() {
  Statement rows = TRY(database_.prepare(select(
      kDeadlineColumns, "deadlines WHERE ended_at = 0 AND missed_at = 0 ORDER BY due_at, run_id")));
  return all_rows<DeadlineRow>(rows, read_deadline);
}

Result<std::optional<DeadlineRow>> TimetableReader::deadline(RunId run) {
  Statement row = TRY(database_.prepare(select(kDeadlineColumns, "deadlines WHERE run_id = ?")));
  return one_row<DeadlineRow>(row.bind(run.value), read_deadline);
}

Result<std::optional<IdempotencyRow>> TimetableReader::idempotency(const std::string& scope,
                                                                   const std::string& key) {
  Statement row = TRY(database_.prepare(
      "SELECT body_hash, run_id, at FROM idempotency_keys WHERE scope = ? AND key = ?"));
  return one_row<IdempotencyRow>(
      row.bind(scope, key), [&](const Statement& found) -> Result<IdempotencyRow> {
        return IdempotencyRow{scope, key, found.text(0), {found.integer(1)}, {found.integer(2)}};
      });
}

Result<std::vector<DagTriggerRow>> TimetableReader::dag_triggers(const std::string& dag) {
  Statement rows = TRY(
      database_.prepare(select(kDagTriggerColumns, "dag_triggers WHERE dag = ? ORDER BY source")));
  return all_rows<DagTriggerRow>(rows.bind(dag), read_dag_trigger);
}

Result<std::vector<RunId>> TimetableReader::undecided_ends(const std::string& dag,
                                                           const std::string& source,
                                                           WallTime since) {
  Statement rows = TRY(database_.prepare(
      "SELECT run_id FROM runs WHERE dag_name = ?2 AND ended_at > 0 AND ended_at >= ?3"
      " AND NOT EXISTS (SELECT 1 FROM dag_starts WHERE dag = ?1 AND source_run = runs.run_id)"
      " ORDER BY run_id"));
  return all_rows<RunId>(
      rows.bind(dag, source, since.us),
      [](const Statement& row) -> Result<RunId> { return RunId{row.integer(0)}; });
}

Result<std::optional<DagStartRow>> TimetableReader::dag_start(const std::string& dag,
                                                              RunId source_run) {
  Statement row = TRY(
      database_.prepare(select(kDagStartColumns, "dag_starts WHERE dag = ? AND source_run = ?")));
  return one_row<DagStartRow>(row.bind(dag, source_run.value), read_dag_start);
}

Result<int> TimetableReader::start_depth(RunId run) {
  Statement row = TRY(database_.prepare("SELECT depth FROM dag_starts WHERE run_id = ?"));
  if (!TRY(row.bind(run.value).step())) return 0;
  return static_cast<int>(row.integer(0));
}

Result<std::vector<DagStartRow>> TimetableReader::dag_starts(const std::string& dag, RunId before,
                                                             int limit) {
  Statement rows = TRY(database_.prepare(
      select(kDagStartColumns,
             "dag_starts WHERE dag = ? AND source_run < ? ORDER BY source_run DESC LIMIT ?")));
  return all_rows<DagStartRow>(rows.bind(dag, before ? before.value : INT64_MAX, limit),
                               read_dag_start);
}

}  // namespace tidemill
