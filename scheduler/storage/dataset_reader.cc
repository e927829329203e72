#include "scheduler/storage/dataset_reader.h"

#include "scheduler/storage/open.h"
#include "scheduler/storage/read_timetable.h"

namespace tidemill {
namespace {

constexpr std::string_view kUpdate =
    "SELECT update_id, dataset, at, dag, run_id, task, attempt_id FROM dataset_updates ";

DatasetUpdateRow update_of(const Statement& row) {
  DatasetUpdateRow r;
  r.id = row.integer(0);
  r.dataset = row.text(1);
  r.at = {row.integer(2)};
  r.dag = row.text(3);
  r.run = {row.integer(4)};
  r.task = row.text(5);
  r.attempt = {row.integer(6)};
  return r;
}

Result<DatasetStartRow> start_of(const Statement& row) {
  DatasetStartRow r;
  r.dag = row.text(0);
  r.datasets = row.text(1);
  r.seen = row.integer(2);
  r.updates = row.text(3);
  r.decision = TRY(read_decision(row, 4));
  r.run = {row.integer(5)};
  r.depth = static_cast<int>(row.integer(6));
  r.reason = row.text(7);
  r.decided_at = {row.integer(8)};
  return r;
}

}  // namespace

Result<DatasetReader> DatasetReader::open(const std::string& path, const std::string& vfs) {
  return DatasetReader(TRY(open_for_reading(path, vfs)));
}

Result<std::int64_t> DatasetReader::last_update() {
  return database_.query_integer("SELECT coalesce(max(update_id), 0) FROM dataset_updates");
}

Result<std::optional<DatasetUpdateRow>> DatasetReader::newest(const std::string& dataset) {
  return newest_after(dataset, 0);
}

Result<std::optional<DatasetUpdateRow>> DatasetReader::newest_after(const std::string& dataset,
                                                                    std::int64_t update) {
  Statement row = TRY(
      database_.prepare(std::string(kUpdate) +
                        "WHERE dataset = ? AND update_id > ? ORDER BY update_id DESC LIMIT 1"));
  if (!TRY(row.bind(dataset, update).step())) return std::optional<DatasetUpdateRow>();
  return std::optional(update_of(row));
}

Result<std::vector<DatasetUpdateRow>> DatasetReader::updates_of(RunId run) {
  Statement rows = TRY(
      database_.prepare(std::string(kUpdate) + "WHERE run_id = ? ORDER BY update_id"));
  std::vector<DatasetUpdateRow> found;
  rows.bind(run.value);
  while (TRY(rows.step())) found.push_back(update_of(rows));
  return found;
}

Result<std::vector<DatasetUpdateRow>> DatasetReader::datasets() {
  Statement rows = TRY(database_.prepare(
      std::string(kUpdate) +
      "WHERE update_id IN (SELECT max(update_id) FROM dataset_updates GROUP BY dataset)"
      " ORDER BY dataset"));
  std::vector<DatasetUpdateRow> found;
  while (TRY(rows.step())) found.push_back(update_of(rows));
  return found;
}

Result<std::vector<DatasetTriggerRow>> DatasetReader::triggers(const std::string& dag) {
  Statement rows = TRY(
      database_.prepare("SELECT dag, datasets, any, active, seen FROM dataset_triggers"
                        " WHERE dag = ? ORDER BY datasets"));
  std::vector<DatasetTriggerRow> found;
  rows.bind(dag);
  while (TRY(rows.step())) {
    found.push_back(
        {rows.text(0), rows.text(1), rows.integer(2) != 0, rows.integer(3) != 0, rows.integer(4)});
  }
  return found;
}

Result<std::vector<DatasetStartRow>> DatasetReader::starts(const std::string& dag, int limit) {
  Statement rows = TRY(
      database_.prepare("SELECT dag, datasets, seen, updates, decision, run_id, depth, reason,"
                        " decided_at FROM dataset_starts WHERE dag = ?"
                        " ORDER BY seen DESC, datasets LIMIT ?"));
  std::vector<DatasetStartRow> found;
  rows.bind(dag, limit);
  while (TRY(rows.step())) found.push_back(TRY(start_of(rows)));
  return found;
}

Result<int> DatasetReader::start_depth(RunId run) {
  Statement row = TRY(database_.prepare("SELECT depth FROM dataset_starts WHERE run_id = ?"));
  if (!TRY(row.bind(run.value).step())) return 0;
  return static_cast<int>(row.integer(0));
}

}  // namespace tidemill
