#include "scheduler/storage/worker_tokens.h"

namespace tidemill {
namespace {

WorkerTokenRow read_token_of_worker(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2), {s.integer(3)}, s.text(4), {s.integer(5)}};
}

}  // namespace

Result<std::optional<WorkerTokenRow>> find_worker_token(Database& database,
                                                        const std::string& worker) {
  Statement row = TRY(
      database.prepare("SELECT worker, stored_key, prefix, created_at, created_by, revoked_at"
                       " FROM worker_tokens WHERE worker = ?"));
  return one_row<WorkerTokenRow>(row.bind(worker), read_token_of_worker);
}

Result<std::vector<WorkerTokenRow>> all_worker_tokens(Database& database) {
  Statement rows = TRY(
      database.prepare("SELECT worker, stored_key, prefix, created_at, created_by, revoked_at"
                       " FROM worker_tokens ORDER BY worker"));
  return all_rows<WorkerTokenRow>(rows, read_token_of_worker);
}

Status put_worker_token(Database& database, const WorkerTokenRow& row) {
  Statement insert = TRY(
      database.prepare("INSERT OR REPLACE INTO worker_tokens VALUES (?,?,?,?,?,?)"));
  return insert
      .bind(row.worker, row.stored_key, row.prefix, row.created_at.us, row.created_by,
            row.revoked_at.us)
      .run();
}

Status revoke_worker_token_row(Database& database, const std::string& worker, WallTime at) {
  Statement update = TRY(
      database.prepare("UPDATE worker_tokens SET revoked_at = ? WHERE worker = ?"));
  return update.bind(at.us, worker).run();
}

}  // namespace tidemill
