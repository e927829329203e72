#include "scheduler/storage/reader.h"

#include <algorithm>
#include <array>

#include "scheduler/storage/open.h"
#include "scheduler/storage/read_results.h"
#include "scheduler/storage/read_rows.h"
#include "scheduler/storage/read_transaction.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 9> kEventKinds = {
    "tasks", "run", "late", "pause", "resume", "hurry", "clear", "mark", "answer"};

// The same word with a place of its own for ever; empty for a word of another build.
std::string_view event_kind(std::string_view word) {
  const auto found = std::find(kEventKinds.begin(), kEventKinds.end(), word);
  return found == kEventKinds.end() ? std::string_view() : *found;
}

}  // namespace

Result<RunReader> RunReader::open(const std::string& path, const std::string& vfs) {
  return RunReader(TRY(open_for_reading(path, vfs)));
}

Result<std::vector<RunRow>> RunReader::runs(const std::string& dag_name, RunId before, int limit,
                                            std::optional<RunState> state) {
  const std::int64_t below = before ? before.value : INT64_MAX;
  const std::string where = fmt::format("runs WHERE run_id < ?2{}{} ORDER BY run_id DESC LIMIT ?3",
                                        dag_name.empty() ? "" : " AND dag_name = ?1",
                                        state ? " AND state = ?4" : "");
  Statement rows = TRY(database_.prepare(select(kRunColumns, where)));
  if (!state) return all_rows<RunRow>(rows.bind(dag_name, below, limit), read_run);
  return all_rows<RunRow>(rows.bind(dag_name, below, limit, to_word(*state)), read_run);
}

Result<RunRow> RunReader::run(RunId id) {
  Statement row = TRY(database_.prepare(select(kRunColumns, "runs WHERE run_id = ?")));
  if (!TRY(row.bind(id.value).step()))
    return not_found(fmt::format("there is no run {}", id.value));
  return read_run(row);
}

Result<std::optional<RunRow>> RunReader::newest_run(const std::string& dag_name) {
  auto newest = TRY(runs(dag_name, RunId{}, 1));
  if (newest.empty()) return std::optional<RunRow>();
  return std::optional<RunRow>(std::move(newest.front()));
}

Result<std::vector<RunId>> RunReader::unfinished_runs() {
  Statement rows = TRY(database_.prepare(
      "SELECT run_id FROM runs WHERE state IN ('queued', 'running') ORDER BY run_id"));
  return all_rows<RunId>(
      rows, [](const Statement& row) -> Result<RunId> { return RunId{row.integer(0)}; });
}

Result<std::int64_t> RunReader::task_total(std::int64_t version) {
  Statement count = TRY(database_.prepare("SELECT count(*) FROM dag_tasks WHERE version_id = ?"));
  if (!TRY(count.bind(version).step())) return damaged(database_.path(), "No count of tasks");
  return count.integer(0);
}

Result<std::vector<TaskRow>> RunReader::task_rows(RunId run) {
  Statement rows = TRY(
      database_.prepare(select(kTaskColumns, "tasks WHERE run_id = ? ORDER BY task_index")));
  return all_rows<TaskRow>(rows.bind(run.value), read_task);
}

Result<std::vector<std::pair<TaskIndex, std::shared_ptr<const TaskResult>>>> RunReader::results(
    const std::vector<TaskRow>& tasks) {
  std::vector<std::pair<TaskIndex, std::shared_ptr<const TaskResult>>> found;
  const auto succeeded = [](const TaskRow& task) { return task.state == TaskState::succeeded; };
  if (std::none_of(tasks.begin(), tasks.end(), succeeded)) return found;
  ResultReader reader = TRY(ResultReader::prepare(database_));
  for (const TaskRow& task : tasks) {
    // What a task that was marked so left before it was is not its result.
    if (!succeeded(task) || task.marked) continue;
    auto result = TRY(reader.read(task.run, task.task, task.result_number()));
    if (result != nullptr) found.emplace_back(task.task, std::move(result));
  }
  return found;
}

Result<StoredRun> RunReader::stored_run(RunId id) {
  const auto transaction = TRY(ReadTransaction::begin(database_));
  StoredRun stored;
  stored.row = TRY(run(id));
  const auto total = static_cast<std::size_t>(TRY(task_total(stored.row.version)));
  std::vector<TaskRow> rows = TRY(task_rows(id));
  stored.results = TRY(results(rows));
  stored.tasks.resize(total);
  stored.stored.resize(total, false);
  for (std::size_t i = 0; i < total; ++i) {
    stored.tasks[i].run = id;
    stored.tasks[i].task = static_cast<TaskIndex>(i);
  }
  for (TaskRow& row : rows) {
    if (row.task >= total) {
      return damaged(
          database_.path(),
          fmt::format("Run {} has a task {} that its dag does not have", id.value, row.task));
    }
    stored.stored[row.task] = true;
    stored.tasks[row.task] = std::move(row);
  }
  Statement seq = TRY(
      database_.prepare("SELECT coalesce(max(seq), 0) FROM events WHERE run_id = ?"));
  if (!TRY(seq.bind(id.value).step())) return damaged(database_.path(), "No last event");
  stored.next_seq = seq.integer(0) + 1;
  return stored;
}

Result<DagVersionRow> RunReader::dag_version(std::int64_t version) {
  Statement row = TRY(database_.prepare(
      "SELECT version_id, name, content_hash, source, task_count, stored_at FROM dag_versions"
      " WHERE version_id = ?"));
  if (!TRY(row.bind(version).step())) {
    return not_found(fmt::format("there is no dag version {}", version));
  }
  DagVersionRow r;
  r.version = row.integer(0);
  r.name = row.text(1);
  r.content_hash = row.text(2);
  r.source = row.text(3);
  r.task_count = static_cast<std::uint32_t>(row.integer(4));
  r.stored_at = {row.integer(5)};
  Statement ids = TRY(
      database_.prepare("SELECT task_id FROM dag_tasks WHERE version_id = ? ORDER BY task_index"));
  r.task_ids = TRY(all_rows<std::string>(
      ids.bind(version), [](const Statement& id) -> Result<std::string> { return id.text(0); }));
  return r;
}

Result<std::optional<std::int64_t>> RunReader::find_version(const std::string& name,
                                                            const std::string& content_hash) {
  Statement row = TRY(
      database_.prepare("SELECT version_id FROM dag_versions WHERE name = ? AND content_hash = ?"));
  if (!TRY(row.bind(name, content_hash).step())) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(row.integer(0));
}

Result<std::vector<AttemptRow>> RunReader::attempts(RunId run) {
  Statement rows = TRY(database_.prepare(
      select(kAttemptColumns, "attempts WHERE run_id = ? ORDER BY task_index, number")));
  return all_rows<AttemptRow>(rows.bind(run.value), read_attempt);
}

Result<std::vector<AttemptRow>> RunReader::attempts(RunId run, TaskIndex task) {
  Statement rows = TRY(database_.prepare(
      select(kAttemptColumns, "attempts WHERE run_id = ? AND task_index = ? ORDER BY number")));
  return all_rows<AttemptRow>(rows.bind(run.value, task), read_attempt);
}

Result<std::shared_ptr<const TaskResult>> RunReader::result(RunId run, TaskIndex task,
                                                            std::uint32_t number) {
  const auto transaction = TRY(ReadTransaction::begin(database_));
  ResultReader reader = TRY(ResultReader::prepare(database_));
  return reader.read(run, task, number);
}

Result<std::vector<EventRow>> RunReader::events(RunId run, std::int64_t after_seq, int limit) {
  Statement rows = TRY(
      database_.prepare("SELECT run_id, seq, at_us, kind, task_index, attempt_id, body FROM events"
                        " WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"));
  return all_rows<EventRow>(rows.bind(run.value, after_seq, limit),
                            [](const Statement& row) -> Result<EventRow> {
                              EventRow r;
                              r.run = {row.integer(0)};
                              r.seq = row.integer(1);
                              r.at = {row.integer(2)};
                              const std::string kind = row.text(3);
                              r.kind = event_kind(kind);
                              if (!row.is_null(4)) r.task = row.integer(4);
                              if (!row.is_null(5)) r.attempt = row.integer(5);
                              r.body = row.text(6);
                              return r;
                            });
}

Result<std::vector<WorkerRow>> RunReader::workers() {
  Statement rows = TRY(database_.prepare(
      "SELECT worker_id, name, boot_id, slots, labels, first_seen, last_seen, lease_us, draining"
      " FROM workers ORDER BY worker_id"));
  return all_rows<WorkerRow>(rows, [](const Statement& row) -> Result<WorkerRow> {
    return WorkerRow{
        {row.integer(0)},   row.text(1),      row.text(2),      static_cast<int>(row.integer(3)),
        row.text(4),        {row.integer(5)}, {row.integer(6)}, Duration(row.integer(7)),
        row.integer(8) != 0};
  });
}

}  // namespace tidemill
