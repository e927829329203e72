#include "scheduler/storage/write_bulk_retries.h"

#include "base/json.h"

namespace tidemill {
namespace {

constexpr const char* kRetry =
    "INSERT INTO bulk_retries VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " state=excluded.state, note=excluded.note, ended_at=excluded.ended_at";

std::string indices_json(const std::vector<std::int64_t>& tasks) {
  Json::Array array;
  for (const std::int64_t task : tasks) array.emplace_back(task);
  return Json(std::move(array)).dump();
}

}  // namespace

Result<BulkRetryWriter> BulkRetryWriter::prepare(Database& database) {
  BulkRetryWriter writer;
  writer.retry_ = TRY(database.prepare(kRetry));
  writer.new_run_ = TRY(database.prepare("INSERT INTO bulk_retry_runs VALUES (?,?,?,?,?,?,?,?,?)"));
  writer.run_ = TRY(
      database.prepare("UPDATE bulk_retry_runs SET state=?, note=?"
                       " WHERE retry_id=? AND position=? AND state='waiting'"));
  return writer;
}

Status BulkRetryWriter::write(Database& database, const BulkRetryRows& rows) {
  for (const auto& row : rows.retries) TRY(write_retry(row));
  for (const auto& row : rows.new_runs) TRY(write_new_run(row));
  for (const auto& row : rows.runs) TRY(write_run(database, row));
  return Ok{};
}

Status BulkRetryWriter::write_retry(const BulkRetryRow& r) {
  return retry_
      .bind(r.id, r.filter, r.rule.canary, r.rule.max_parallel, r.rule.max_failures, r.reason,
            to_word(r.state), r.note, r.created_by, r.created_at.us, r.ended_at.us)
      .run();
}

Status BulkRetryWriter::write_new_run(const BulkRetryRunRow& r) {
  const std::string tasks = indices_json(r.tasks);
  return new_run_
      .bind(r.retry, r.position, r.run.value, r.dag, to_word(r.item.was), r.control_seq, tasks,
            to_word(r.item.state), r.note)
      .run();
}

Status BulkRetryWriter::write_run(Database& database, const BulkRetryRunRow& r) {
  TRY(run_.bind(to_word(r.item.state), r.note, r.retry, r.position).run());
  if (database.changed_rows() == 1) return Ok{};
  return conflict(fmt::format(
      "run {} of bulk retry {} is not as it was last written; another program wrote to {}",
      r.run.value, r.retry, database.path()));
}

}  // namespace tidemill
