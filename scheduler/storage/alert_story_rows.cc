#include "scheduler/storage/alert_story_rows.h"

#include <algorithm>

namespace tidemill {
namespace {

constexpr int kRunsLookedAt = 1'000;

}  // namespace

Result<std::optional<RunId>> last_success(Database& database, const std::string& dag,
                                          const std::string& task, RunId before) {
  // The limit is on the runs looked at, so that a task that never succeeded costs no more.
  Statement row = TRY(database.prepare(
      task.empty() ? "SELECT run_id FROM (SELECT run_id, state FROM runs WHERE dag_name = ?1"
                     " AND run_id < ?2 AND trigger_kind <> 'cli' ORDER BY run_id DESC LIMIT ?3)"
                     " WHERE state IN ('succeeded', 'partial') ORDER BY run_id DESC LIMIT 1"
                   : "SELECT r.run_id FROM (SELECT run_id, version_id FROM runs WHERE dag_name = ?1"
                     " AND run_id < ?2 AND trigger_kind <> 'cli' ORDER BY run_id DESC LIMIT ?3) r"
                     " JOIN dag_tasks n ON n.version_id = r.version_id AND n.task_id = ?4"
                     " JOIN tasks t ON t.run_id = r.run_id AND t.task_index = n.task_index"
                     " WHERE t.state = 'succeeded' ORDER BY r.run_id DESC LIMIT 1"));
  if (task.empty()) {
    row.bind(dag, before.value, kRunsLookedAt);
  } else {
    row.bind(dag, before.value, kRunsLookedAt, task);
  }
  if (!TRY(row.step())) return std::optional<RunId>();
  return std::optional<RunId>(RunId{row.integer(0)});
}

Result<WallTime> end_of_last_success(Database& database, const std::string& dag) {
  const auto newest = [&](std::string_view state) -> Result<WallTime> {
    Statement row = TRY(database.prepare(
        "SELECT ended_at FROM runs WHERE dag_name = ? AND state = ? AND trigger_kind <> 'cli'"
        " ORDER BY run_id DESC LIMIT 1"));
    row.bind(dag, state);
    return TRY(row.step()) ? WallTime{row.integer(0)} : WallTime{};
  };
  return std::max(TRY(newest("succeeded")), TRY(newest("partial")));
}

Result<std::vector<DeadlineAhead>> deadlines_ahead(Database& database, WallTime now, int limit) {
  Statement rows = TRY(
      database.prepare("SELECT run_id, dag, due_at FROM deadlines"
                       " WHERE ended_at = 0 AND missed_at = 0 AND due_at > ?"
                       " ORDER BY due_at LIMIT ?"));
  rows.bind(now.us, limit);
  std::vector<DeadlineAhead> found;
  while (TRY(rows.step())) {
    found.push_back({RunId{rows.integer(0)}, rows.text(1), {rows.integer(2)}});
  }
  return found;
}

Result<std::vector<AwaitingTask>> awaiting_tasks(Database& database, int limit) {
  Statement rows = TRY(database.prepare(
      "SELECT t.run_id, t.task_index, r.dag_name, n.task_id, r.version_id, r.directory"
      " FROM tasks t JOIN runs r USING (run_id)"
      " JOIN dag_tasks n ON n.version_id = r.version_id AND n.task_index = t.task_index"
      " WHERE t.state = 'awaiting_input' ORDER BY t.run_id, t.task_index LIMIT ?"));
  rows.bind(limit);
  std::vector<AwaitingTask> found;
  while (TRY(rows.step())) {
    found.push_back({RunId{rows.integer(0)}, static_cast<TaskIndex>(rows.integer(1)), rows.text(2),
                     rows.text(3), rows.integer(4), rows.text(5)});
  }
  return found;
}

}  // namespace tidemill
