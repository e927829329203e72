#include "scheduler/people/worker_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "protocol/worker_proof.h"
#include "scheduler/people/bearer.h"

namespace tidemill {
namespace {

bool may_stand_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

Result<Json> store_token(Database& database, const WorkerTokenRow& row) {
  TRY(check_worker_name(row.worker));
  const auto before = TRY(find_worker_token(database, row.worker));
  if (before && before->revoked_at.us == 0) {
    return conflict(fmt::format(
        "worker {} has a token already; revoke it first, or choose another name", row.worker));
  }
  TRY(put_worker_token(database, row));
  return Json(Json::Object{{"worker", row.worker}, {"prefix", row.prefix}});
}

}  // namespace

Status check_worker_name(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= 64 && name.front() != '.' &&
                    std::all_of(name.begin(), name.end(), may_stand_in_name);
  if (!fits) {
    return invalid(
        fmt::format("{}: a worker's name has 1 to 64 of a-z, 0-9, '.', '_' and '-', and "
                    "does not begin with a dot",
                    printable(name)));
  }
  if (name == kLocalWorker) {
    return invalid("local is the worker beside the scheduler, which needs no token");
  }
  return Ok{};
}

Credential create_worker_token(const std::string& worker, const Principal& maker, WallTime now) {
  Credential made{make_token(TokenKind::worker), {}};
  made.change.action = "worker.token.create";
  made.change.object = fmt::format("worker {}", printable(worker, 64));
  const WorkerTokenRow row{
      worker, stored_worker_key(made.token), token_prefix(made.token), now, maker.name, {}};
  made.change.store = [row](Database& database) { return store_token(database, row); };
  return made;
}

Change revoke_worker_token(const std::string& worker, WallTime now) {
  Change change = change_of("worker.token.revoke", fmt::format("worker {}", printable(worker, 64)));
  change.store = [worker, now](Database& database) -> Result<Json> {
    const auto found = TRY(find_worker_token(database, worker));
    if (!found) return not_found(fmt::format("worker '{}' has no token", printable(worker, 64)));
    if (found->revoked_at.us == 0) TRY(revoke_worker_token_row(database, worker, now));
    return Json(Json::Object{{"worker", worker}});
  };
  return change;
}

}  // namespace tidemill
