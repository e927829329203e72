// Rows of the tokens by which workers on other machines come in; one for each worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct WorkerTokenRow {
  std::string worker;
  std::string stored_key;  // stored_worker_key() of it
  std::string prefix;
  WallTime created_at;
  std::string created_by;
  WallTime revoked_at;  // 0 = it is good
};

Result<std::optional<WorkerTokenRow>> find_worker_token(Database& database,
                                                        const std::string& worker);
Result<std::vector<WorkerTokenRow>> all_worker_tokens(Database& database);  // by worker
// Takes the place of the worker's earlier one.
Status put_worker_token(Database& database, const WorkerTokenRow& row);
Status revoke_worker_token_row(Database& database, const std::string& worker, WallTime at);

}  // namespace tidemill
