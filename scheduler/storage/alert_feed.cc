#include <algorithm>

#include "scheduler/storage/alert_rows.h"

namespace tidemill {
namespace {

Result<RunNews::Kind> news_kind(const AlertFeedRow& feed, const std::string& path) {
  if (feed.kind == "task_failed") return RunNews::Kind::task_failed;
  if (feed.kind == "late") return RunNews::Kind::late;
  if (feed.kind == "repaired") return RunNews::Kind::repaired;
  if (feed.kind == "ended") return RunNews::Kind::ended;
  return damaged(path, "the alert feed has the kind " + feed.kind);
}

Status read_run_news(Statement& row, RunNews& news) {
  const auto state = run_state_from(row.text(0));
  if (!state) return damaged(row.path(), "a run has the state " + row.text(0));
  news.state = *state;
  news.reason = row.text(1);
  news.timed_out = row.integer(2) != 0;
  news.due_at = {row.integer(3)};
  return Ok{};
}

// A task that has been cleared since is not failed any more, and nobody needs to hear of it.
Status read_tasks(Database& database, const AlertFeedRow& feed, RunNews& news) {
  Statement rows = TRY(database.prepare(
      "SELECT n.task_id, t.state, t.cause, t.reason, t.tolerated, t.exit_code FROM tasks t"
      " JOIN runs r USING (run_id) JOIN dag_tasks n"
      " ON n.version_id = r.version_id AND n.task_index = t.task_index"
      " WHERE t.run_id = ?1 AND (?2 < 0 OR t.task_index = ?2) ORDER BY t.task_index"));
  rows.bind(feed.run, feed.task);
  while (TRY(rows.step())) {
    const std::string state = rows.text(1);
    if (state == "succeeded") news.succeeded.push_back(rows.text(0));
    if (state != "failed" || rows.integer(4) != 0) continue;
    const auto cause = cause_from(rows.text(2));
    if (!cause) return damaged(rows.path(), "a task has the cause " + rows.text(2));
    news.failed.push_back({rows.text(0), *cause, static_cast<int>(rows.integer(5)), rows.text(3)});
  }
  return Ok{};
}

// Who reopened it stands in the event that allowed it.
Result<std::string> who_repaired(Database& database, std::int64_t run) {
  Statement row = TRY(database.prepare(
      "SELECT json_extract(body, '$.by') FROM events e JOIN event_kinds k USING (kind)"
      " WHERE e.run_id = ? AND k.is_control = 1 ORDER BY seq DESC LIMIT 1"));
  row.bind(run);
  return TRY(row.step()) ? row.text(0) : std::string("somebody");
}

}  // namespace

Result<std::vector<AlertFeedRow>> read_alert_feed(Database& database, int limit) {
  Statement rows = TRY(database.prepare(
      "SELECT seq, kind, run_id, task_index, dag FROM alert_feed ORDER BY seq LIMIT ?"));
  rows.bind(limit);
  std::vector<AlertFeedRow> found;
  while (TRY(rows.step())) {
    found.push_back(
        {rows.integer(0), rows.text(1), rows.integer(2), rows.integer(3), rows.text(4)});
  }
  return found;
}

Status drop_alert_feed(Database& database, std::int64_t up_to_seq) {
  Statement drop = TRY(database.prepare("DELETE FROM alert_feed WHERE seq <= ?"));
  return drop.bind(up_to_seq).run();
}

Result<std::optional<RunNews>> read_run_news(Database& database, const AlertFeedRow& feed) {
  RunNews news;
  news.kind = TRY(news_kind(feed, database.path()));
  news.dag = feed.dag;
  news.run = static_cast<std::uint64_t>(feed.run);
  Statement row = TRY(
      database.prepare("SELECT state, reason, timed_out, coalesce(due_at, 0)"
                       " FROM runs LEFT JOIN deadlines USING (run_id) WHERE run_id = ?"));
  row.bind(feed.run);
  if (!TRY(row.step())) return std::optional<RunNews>();
  TRY(read_run_news(row, news));
  TRY(read_tasks(database, feed, news));
  if (news.kind == RunNews::Kind::repaired) news.by = TRY(who_repaired(database, feed.run));
  return std::optional<RunNews>(std::move(news));
}

Result<std::optional<RunSource>> read_run_source(Database& database, std::int64_t run) {
  Statement row = TRY(database.prepare(
      "SELECT dag_name, source, directory FROM runs JOIN dag_versions USING (version_id)"
      " WHERE run_id = ?"));
  row.bind(run);
  if (!TRY(row.step())) return std::optional<RunSource>();
  return std::optional<RunSource>(RunSource{row.text(0), row.text(1), row.text(2)});
}

Result<std::optional<FileNews>> read_file_news(Database& database, const std::string& dag) {
  Statement row = TRY(database.prepare(
      "SELECT state, coalesce((SELECT json_extract(value, '$.message') FROM json_each(findings)"
      " WHERE json_extract(value, '$.severity') = 'error' LIMIT 1), '') FROM dags WHERE name = ?"));
  row.bind(dag);
  if (!TRY(row.step())) return std::optional<FileNews>();
  return std::optional<FileNews>(FileNews{row.text(0) == "broken", row.text(1)});
}

}  // namespace tidemill
