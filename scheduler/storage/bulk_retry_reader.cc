#include "scheduler/storage/bulk_retry_reader.h"

#include <array>

#include "base/json.h"
#include "core/word_list.h"
#include "scheduler/storage/open.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 4> kStateWords = {"open", "done", "stopped", "cancelled"};

std::string select_retries(std::string_view which) {
  return fmt::format(
      "SELECT retry_id, filter, canary, max_parallel, max_failures, reason, state, note,"
      " created_by, created_at, ended_at FROM bulk_retries WHERE {}",
      which);
}

// The tasks that match are told as a list; no task or cause named = an empty one.
constexpr const char* kFind =
    "SELECT * FROM (SELECT r.run_id, r.dag_name, CASE WHEN ?2 = '' AND ?3 = '' THEN '' ELSE"
    "  (SELECT group_concat(t.task_index) FROM tasks t JOIN dag_tasks d"
    "   ON d.version_id = r.version_id AND d.task_index = t.task_index"
    "   WHERE t.run_id = r.run_id AND t.state IN ('failed', 'cancelled')"
    "   AND (?2 = '' OR d.task_id = ?2) AND (?3 = '' OR t.cause = ?3)) END AS matching, r.ended_at"
    " FROM runs r WHERE r.state IN ('partial', 'failed', 'cancelled') AND r.state = ?4"
    " AND (?1 = '' OR r.dag_name = ?1) AND r.ended_at >= max(?5, 1) AND r.ended_at < ?6)"
    " WHERE matching IS NOT NULL ORDER BY run_id LIMIT ?7";

Result<std::vector<std::int64_t>> read_indices(const std::string& text) {
  const Json json = TRY(parse_json(text));
  std::vector<std::int64_t> indices;
  if (!json.is_array()) return corrupt("the database holds no list of tasks where one should be");
  for (const Json& index : json.as_array()) {
    if (!index.is_int()) return corrupt("the database holds no index of a task: " + index.dump());
    indices.push_back(index.as_int());
  }
  return indices;
}

Result<BulkRetryRow> read_retry(const Statement& row) {
  BulkRetryRow r;
  r.id = row.integer(0);
  r.filter = row.text(1);
  r.rule = {static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3)),
            static_cast<int>(row.integer(4))};
  r.reason = row.text(5);
  r.state = TRY(known(row, 6, bulk_retry_state_from));
  r.note = row.text(7);
  r.created_by = row.text(8);
  r.created_at = {row.integer(9)};
  r.ended_at = {row.integer(10)};
  return r;
}

Result<BulkRetryRunRow> read_run_of_retry(const Statement& row) {
  BulkRetryRunRow r;
  r.retry = row.integer(0);
  r.position = row.integer(1);
  r.run = {row.integer(2)};
  r.dag = row.text(3);
  r.item.was = TRY(known(row, 4, run_state_from));
  r.control_seq = row.integer(5);
  r.tasks = TRY(read_indices(row.text(6)));
  r.item.state = TRY(known(row, 7, bulk_item_state_from));
  r.note = row.text(8);
  // A run that was removed since had ended; as what, is no longer known.
  r.item.run = row.is_null(9) ? RunState::succeeded : TRY(known(row, 9, run_state_from));
  return r;
}

Result<std::vector<BulkRetryRow>> all_retries(Statement& rows) {
  std::vector<BulkRetryRow> retries;
  while (TRY(rows.step())) retries.push_back(TRY(read_retry(rows)));
  return retries;
}

}  // namespace

std::string_view to_word(BulkRetryRow::State state) { return word_in(kStateWords, state); }
std::optional<BulkRetryRow::State> bulk_retry_state_from(std::string_view word) {
  return value_in<BulkRetryRow::State>(kStateWords, word);
}

Result<BulkRetryReader> BulkRetryReader::open(const std::string& path, const std::string& vfs) {
  return BulkRetryReader(TRY(open_for_reading(path, vfs)));
}

Result<std::vector<UnwellRun>> BulkRetryReader::find(const UnwellFilter& filter,
                                                     std::size_t limit) {
  Statement rows = TRY(database_.prepare(kFind));
  const std::string cause(filter.cause ? to_word(*filter.cause) : "");
  rows.bind(filter.dag, filter.task, cause, to_word(filter.state), filter.from.us, filter.until.us,
            static_cast<std::int64_t>(limit));
  std::vector<UnwellRun> found;
  while (TRY(rows.step())) {
    UnwellRun run{{rows.integer(0)}, rows.text(1), {}};
    run.tasks = TRY(read_indices("[" + rows.text(2) + "]"));
    found.push_back(std::move(run));
  }
  return found;
}

Result<std::vector<BulkRetryRow>> BulkRetryReader::retries(std::int64_t before, int limit) {
  Statement rows = TRY(
      database_.prepare(select_retries("retry_id < ?1 ORDER BY retry_id DESC LIMIT ?2")));
  rows.bind(before == 0 ? INT64_MAX : before, limit);
  return all_retries(rows);
}

Result<BulkRetryRow> BulkRetryReader::retry(std::int64_t id) {
  Statement row = TRY(database_.prepare(select_retries("retry_id = ?1")));
  if (!TRY(row.bind(id).step())) return not_found(fmt::format("there is no bulk retry {}", id));
  return read_retry(row);
}

Result<std::vector<BulkRetryRow>> BulkRetryReader::open_retries() {
  Statement rows = TRY(database_.prepare(select_retries("state = 'open' ORDER BY retry_id")));
  return all_retries(rows);
}

Result<std::vector<BulkRetryRunRow>> BulkRetryReader::runs(std::int64_t retry) {
  Statement rows = TRY(
      database_.prepare("SELECT b.retry_id, b.position, b.run_id, b.dag, b.was, b.control_seq,"
                        " b.tasks, b.state, b.note, r.state FROM bulk_retry_runs b"
                        " LEFT JOIN runs r USING (run_id) WHERE b.retry_id = ?1"
                        " ORDER BY b.position"));
  rows.bind(retry);
  std::vector<BulkRetryRunRow> runs;
  while (TRY(rows.step())) runs.push_back(TRY(read_run_of_retry(rows)));
  return runs;
}

Result<std::int64_t> BulkRetryReader::next_id() {
  return database_.query_integer("SELECT coalesce(max(retry_id), 0) + 1 FROM bulk_retries");
}

}  // namespace tidemill
