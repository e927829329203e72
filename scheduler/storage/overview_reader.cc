#include "scheduler/storage/overview_reader.h"

#include <algorithm>

#include "scheduler/storage/open.h"
#include "scheduler/storage/read_rows.h"
#include "scheduler/storage/read_transaction.h"

namespace tidemill {
namespace {

constexpr std::array kRunStates = {RunState::queued,  RunState::running, RunState::succeeded,
                                   RunState::partial, RunState::failed,  RunState::cancelled};

Result<RunMark> read_mark(const Statement& row) {
  const auto state = run_state_from(row.text(1));
  if (!state) return damaged(row.path(), "A run has the state " + row.text(1));
  return RunMark{{row.integer(0)}, *state, {row.integer(2)}, {row.integer(3)}, {row.integer(4)}};
}

Result<std::vector<RunMark>> read_marks(Statement& rows) {
  std::vector<RunMark> marks;
  while (TRY(rows.step())) marks.push_back(TRY(read_mark(rows)));
  rows.reset();
  return marks;
}

}  // namespace

Result<OverviewReader> OverviewReader::open(const std::string& path, const std::string& vfs) {
  return OverviewReader(TRY(open_for_reading(path, vfs)));
}

Result<std::vector<std::vector<RunMark>>> OverviewReader::last_runs(
    const std::vector<std::string>& dags, int count) {
  Statement rows = TRY(
      database_.prepare("SELECT run_id, state, created_at, started_at, ended_at FROM runs"
                        " WHERE dag_name = ? ORDER BY run_id DESC LIMIT ?"));
  std::vector<std::vector<RunMark>> all;
  all.reserve(dags.size());
  for (const std::string& dag : dags) all.push_back(TRY(read_marks(rows.bind(dag, count))));
  return all;
}

Result<std::vector<TaskCell>> OverviewReader::cells(Statement& statement, RunId run) {
  std::vector<TaskCell> cells;
  statement.bind(run.value);
  while (TRY(statement.step())) {
    const auto state = task_state_from(statement.text(1));
    if (!state) return damaged(database_.path(), "A task has the state " + statement.text(1));
    cells.push_back({static_cast<TaskIndex>(statement.integer(0)),
                     *state,
                     static_cast<std::uint32_t>(statement.integer(2)),
                     {statement.integer(3)},
                     {statement.integer(4)}});
  }
  statement.reset();
  return cells;
}

Result<VersionTasks> OverviewReader::version_tasks(std::int64_t version) {
  VersionTasks found{version, 0, {}};
  Statement head = TRY(
      database_.prepare("SELECT task_count FROM dag_versions WHERE version_id = ?"));
  if (!TRY(head.bind(version).step())) {
    return damaged(database_.path(), fmt::format("There is no dag version {}", version));
  }
  found.task_count = static_cast<std::uint32_t>(head.integer(0));
  Statement ids = TRY(
      database_.prepare("SELECT task_id FROM dag_tasks WHERE version_id = ? ORDER BY task_index"));
  ids.bind(version);
  while (TRY(ids.step())) found.task_ids.push_back(ids.text(0));
  return found;
}

Result<Grid> OverviewReader::grid(const std::string& dag, RunId before, int limit) {
  const auto transaction = TRY(ReadTransaction::begin(database_));
  Grid grid;
  Statement runs = TRY(
      database_.prepare(fmt::format("SELECT {} FROM runs WHERE dag_name = ? AND run_id < ?"
                                    " ORDER BY run_id DESC LIMIT ?",
                                    kRunColumns)));
  runs.bind(dag, before ? before.value : INT64_MAX, limit + 1);
  while (TRY(runs.step())) {
    grid.more = std::ssize(grid.runs) == limit;
    if (!grid.more) grid.runs.push_back({TRY(read_run(runs)), {}});
  }
  Statement cells_of = TRY(
      database_.prepare("SELECT task_index, state, attempts, started_at, ended_at FROM tasks"
                        " WHERE run_id = ? ORDER BY task_index"));
  std::vector<std::int64_t> versions;
  for (GridRun& run : grid.runs) {
    run.cells = TRY(cells(cells_of, run.row.id));
    versions.push_back(run.row.version);
  }
  std::sort(versions.begin(), versions.end(), std::greater<>());
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  for (const std::int64_t version : versions) {
    grid.versions.push_back(TRY(version_tasks(version)));
  }
  return grid;
}

Result<std::vector<VersionNote>> OverviewReader::versions(const std::string& dag,
                                                          std::int64_t before, int limit) {
  Statement rows = TRY(
      database_.prepare("SELECT version_id, content_hash, task_count, stored_at FROM dag_versions"
                        " WHERE name = ? AND version_id < ? ORDER BY version_id DESC LIMIT ?"));
  rows.bind(dag, before == 0 ? INT64_MAX : before, limit);
  std::vector<VersionNote> found;
  while (TRY(rows.step())) {
    found.push_back({rows.integer(0),
                     rows.text(1),
                     static_cast<std::uint32_t>(rows.integer(2)),
                     {rows.integer(3)}});
  }
  return found;
}

Result<std::int64_t> OverviewReader::first_run_since(Statement& made_at, WallTime moment,
                                                     std::int64_t low, std::int64_t end) {
  // A removed run stands for the next one that is there.
  const auto is_before = [&](std::int64_t run) -> Result<bool> {
    made_at.bind(run);
    const bool found = TRY(made_at.step());
    const bool before = found && WallTime{made_at.integer(0)} < moment;
    made_at.reset();
    return before;
  };
  std::int64_t step = 1;
  std::int64_t high = low;
  while (high < end && TRY(is_before(high))) {
    low = high + 1;
    high = std::min(end, high + step);
    step *= 2;
  }
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (TRY(is_before(middle))) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Result<std::vector<StateCounts>> OverviewReader::counts_between(
    const std::string& dag, const std::vector<WallTime>& moments) {
  const auto transaction = TRY(ReadTransaction::begin(database_));
  const std::int64_t end = 1 + TRY(database_.query_integer(
                                   "SELECT coalesce(max(run_id), 0) FROM runs"));
  Statement made_at = TRY(
      database_.prepare("SELECT created_at FROM runs WHERE run_id >= ? ORDER BY run_id LIMIT 1"));
  Statement count = TRY(
      database_.prepare("SELECT count(*) FROM runs WHERE dag_name = ? AND state = ?"
                        " AND run_id >= ? AND run_id < ?"));
  std::vector<StateCounts> all;
  std::int64_t begin = 1;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const std::int64_t until = TRY(first_run_since(made_at, moments[i], begin, end));
    if (i > 0) {
      StateCounts counts{};
      for (const RunState state : kRunStates) {
        if (begin == until) break;
        if (TRY(count.bind(dag, to_word(state), begin, until).step())) {
          counts[static_cast<std::size_t>(state)] = count.integer(0);
        }
        count.reset();
      }
      all.push_back(counts);
    }
    begin = until;
  }
  return all;
}

Result<std::vector<std::vector<RunMark>>> OverviewReader::runs_within(
    const std::vector<std::string>& dags, WallTime from, WallTime until, int limit) {
  const auto transaction = TRY(ReadTransaction::begin(database_));
  Statement ended = TRY(database_.prepare(
      "SELECT run_id, state, created_at, started_at, ended_at FROM runs"
      " WHERE dag_name = ?1 AND ended_at > 0 AND ended_at >= ?2 AND created_at < ?3"
      " ORDER BY ended_at DESC LIMIT ?4"));
  Statement open = TRY(database_.prepare(
      "SELECT run_id, state, created_at, started_at, ended_at FROM runs"
      " WHERE dag_name = ?1 AND state = ?2 AND created_at < ?3 ORDER BY run_id DESC LIMIT ?4"));
  std::vector<std::vector<RunMark>> all;
  all.reserve(dags.size());
  for (const std::string& dag : dags) {
    std::vector<RunMark> marks = TRY(read_marks(ended.bind(dag, from.us, until.us, limit)));
    for (const RunState state : {RunState::queued, RunState::running}) {
      for (RunMark& mark : TRY(read_marks(open.bind(dag, to_word(state), until.us, limit)))) {
        marks.push_back(mark);
      }
    }
    std::sort(marks.begin(), marks.end(),
              [](const RunMark& a, const RunMark& b) { return a.run > b.run; });
    if (std::ssize(marks) > limit) marks.resize(static_cast<std::size_t>(limit));
    all.push_back(std::move(marks));
  }
  return all;
}

}  // namespace tidemill
