#include "scheduler/storage/remove_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace tidemill {
namespace {

constexpr auto kTables = std::to_array<std::string_view>({"outputs", "metrics", "checks",
                                                          "artifacts", "summaries", "attempts",
                                                          "deadlines", "events", "tasks", "runs"});

// One look into an index for each dag, however many runs it has.
Result<std::vector<std::string>> dags_with_runs(Database& database) {
  Statement next = TRY(database.prepare("SELECT min(dag_name) FROM runs WHERE dag_name > ?1"));
  std::vector<std::string> dags;
  std::string last;
  while (TRY(next.bind(last).step()) && !next.is_null(0)) {
    dags.push_back(next.text(0));
    next.reset();
    last = dags.back();
  }
  return dags;
}

class Finder {
 public:
  static Result<Finder> prepare(Database& database) {
    Finder finder;
    finder.too_old_ = TRY(database.prepare(
        "SELECT run_id, tasks_total, ended_at FROM runs WHERE dag_name = ?1 AND ended_at > 0 AND "
        "ended_at < ?2 AND state NOT IN ('queued', 'running') ORDER BY ended_at LIMIT ?3"));
    finder.too_many_ = TRY(database.prepare(
        "SELECT run_id, tasks_total, ended_at FROM runs WHERE dag_name = ?1 AND ended_at > 0 AND "
        "state NOT IN ('queued', 'running') ORDER BY run_id DESC LIMIT -1 OFFSET ?2"));
    return finder;
  }

  Status look(const std::string& dag, const RetentionRule& rule, WallTime now, std::int64_t most) {
    const std::int64_t rested = (now - rule.rest).us;
    if (rule.age != Duration{}) {
      const std::int64_t before = (now - rule.age).us;
      TRY(take(too_old_.bind(dag, before, most), rested));
    }
    if (rule.runs > 0) TRY(take(too_many_.bind(dag, rule.runs), rested));
    return Ok{};
  }

  std::map<RunId, std::int64_t> found;

 private:
  Status take(Statement& rows, std::int64_t rested) {
    while (TRY(rows.step())) {
      if (rows.integer(2) < rested) found[RunId{rows.integer(0)}] = rows.integer(1);
    }
    rows.reset();
    return Ok{};
  }

  Statement too_old_, too_many_;
};

}  // namespace

std::span<const std::string_view> tables_of_runs() { return kTables; }

Result<std::vector<OldRun>> find_old_runs(Database& database, const RetentionRule& rule,
                                          WallTime now, std::size_t most) {
  std::vector<OldRun> old;
  if (rule.keeps_all()) return old;
  Finder finder = TRY(Finder::prepare(database));
  for (const std::string& dag : TRY(dags_with_runs(database))) {
    TRY(finder.look(dag, rule, now, static_cast<std::int64_t>(most)));
    if (finder.found.size() >= most) break;
  }
  for (const auto& [run, tasks] : finder.found) {
    if (old.size() < most) old.push_back({run, tasks});
  }
  return old;
}

Result<std::vector<RunId>> remove_runs(Database& database, const std::vector<RunId>& runs) {
  Statement mark = TRY(database.prepare("INSERT INTO run_removals VALUES (?1)"));
  std::vector<Statement> deletions;
  for (const std::string_view table : kTables) {
    deletions.push_back(
        TRY(database.prepare(fmt::format("DELETE FROM {} WHERE run_id = ?1", table))));
  }
  // The last update of a dataset tells how old it is, also when its run is gone.
  deletions.push_back(
      TRY(database.prepare("DELETE FROM dataset_updates WHERE run_id = ?1 AND EXISTS (SELECT 1 "
                           "FROM dataset_updates later"
                           " WHERE later.dataset = dataset_updates.dataset"
                           " AND later.update_id > dataset_updates.update_id)")));
  std::vector<RunId> removed;
  for (const RunId run : runs) {
    if (!TRY(has_ended_run(database, run))) continue;
    TRY(mark.bind(run.value).run());
    for (Statement& deletion : deletions) TRY(deletion.bind(run.value).run());
    removed.push_back(run);
  }
  return removed;
}

Result<std::vector<RunId>> removed_runs(Database& database, std::size_t most) {
  Statement rows = TRY(
      database.prepare("SELECT run_id FROM run_removals ORDER BY run_id LIMIT ?1"));
  rows.bind(static_cast<std::int64_t>(most));
  std::vector<RunId> runs;
  while (TRY(rows.step())) runs.push_back(RunId{rows.integer(0)});
  return runs;
}

Status forget_removed_runs(Database& database, const std::vector<RunId>& runs) {
  Statement forget = TRY(database.prepare("DELETE FROM run_removals WHERE run_id = ?1"));
  for (const RunId run : runs) TRY(forget.bind(run.value).run());
  return Ok{};
}

Result<bool> has_ended_run(Database& database, RunId run) {
  Statement query = TRY(
      database.prepare("SELECT 1 FROM runs WHERE run_id = ?1 AND ended_at > 0 AND state NOT IN "
                       "('queued', 'running')"));
  return query.bind(run.value).step();
}

}  // namespace tidemill
