#include "scheduler/storage/forecast_rows.h"

namespace tidemill {

Result<std::vector<RunningRun>> running_runs(Database& database, int limit) {
  Statement rows = TRY(
      database.prepare("SELECT run_id, dag_name, started_at FROM runs"
                       " WHERE state IN ('queued', 'running') AND started_at > 0 AND paused = 0"
                       " AND trigger_kind <> 'cli' ORDER BY run_id LIMIT ?"));
  rows.bind(limit);
  std::vector<RunningRun> found;
  while (TRY(rows.step())) {
    found.push_back({RunId{rows.integer(0)}, rows.text(1), {rows.integer(2)}});
  }
  return found;
}

// From the runs that go on, of which there are few, to their tasks.
Result<std::vector<RunningTask>> running_tasks(Database& database, int limit) {
  Statement rows = TRY(database.prepare(
      "SELECT r.run_id, r.dag_name, n.task_id, t.started_at FROM runs r"
      " CROSS JOIN tasks t ON t.run_id = r.run_id"
      " JOIN dag_tasks n ON n.version_id = r.version_id AND n.task_index = t.task_index"
      " WHERE r.state = 'running' AND r.paused = 0 AND r.trigger_kind <> 'cli'"
      " AND t.state = 'running' AND t.started_at > 0 LIMIT ?"));
  rows.bind(limit);
  std::vector<RunningTask> found;
  while (TRY(rows.step())) {
    found.push_back({RunId{rows.integer(0)}, rows.text(1), rows.text(2), {rows.integer(3)}});
  }
  return found;
}

Result<std::map<std::string, std::vector<Duration>>> task_durations(Database& database,
                                                                    const std::string& dag,
                                                                    int runs) {
  Statement rows = TRY(database.prepare(
      "SELECT n.task_id, a.ended_at - a.started_at"
      " FROM (SELECT run_id, version_id FROM runs WHERE dag_name = ?1 AND ended_at > 0"
      "       ORDER BY run_id DESC LIMIT ?2) r"
      " JOIN attempts a ON a.run_id = r.run_id AND a.cause = 'none' AND a.started_at > 0"
      " JOIN dag_tasks n ON n.version_id = r.version_id AND n.task_index = a.task_index"));
  rows.bind(dag, runs);
  std::map<std::string, std::vector<Duration>> found;
  while (TRY(rows.step())) found[rows.text(0)].emplace_back(rows.integer(1));
  return found;
}

Result<std::vector<Duration>> good_run_durations(Database& database, const std::string& dag,
                                                 int runs) {
  Statement rows = TRY(database.prepare(
      "SELECT ended_at - started_at FROM runs WHERE dag_name = ? AND state = 'succeeded'"
      " AND started_at > 0 ORDER BY run_id DESC LIMIT ?"));
  rows.bind(dag, runs);
  std::vector<Duration> found;
  while (TRY(rows.step())) found.emplace_back(rows.integer(0));
  return found;
}

Result<std::vector<MissedInstants>> read_missed(Database& database, int limit) {
  Statement rows = TRY(
      database.prepare("SELECT dag, max(seq), min(first_instant), max(last_instant), sum(count),"
                       " (SELECT reason FROM missed_feed newest WHERE newest.dag = feed.dag"
                       "  ORDER BY seq DESC LIMIT 1)"
                       " FROM missed_feed feed GROUP BY dag ORDER BY dag LIMIT ?"));
  rows.bind(limit);
  std::vector<MissedInstants> found;
  while (TRY(rows.step())) {
    found.push_back({rows.text(0),
                     rows.integer(1),
                     {rows.integer(2)},
                     {rows.integer(3)},
                     rows.integer(4),
                     rows.text(5)});
  }
  return found;
}

Status drop_missed(Database& database, const MissedInstants& missed) {
  Statement drop = TRY(database.prepare("DELETE FROM missed_feed WHERE dag = ? AND seq <= ?"));
  return drop.bind(missed.dag, missed.up_to_seq).run();
}

Result<std::int64_t> newest_run_of(Database& database, const std::string& dag) {
  Statement row = TRY(
      database.prepare("SELECT run_id FROM runs WHERE dag_name = ? ORDER BY run_id DESC LIMIT 1"));
  row.bind(dag);
  return TRY(row.step()) ? row.integer(0) : 0;
}

Result<bool> is_unfinished(Database& database, RunId run) {
  Statement row = TRY(
      database.prepare("SELECT 1 FROM runs WHERE run_id = ? AND state IN ('queued', 'running')"));
  return row.bind(run.value).step();
}

}  // namespace tidemill
