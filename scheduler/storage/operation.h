// A change that somebody asked for, as the writer sees it: what to do inside the transaction, what
// came of it, and the audit entry that is stored together with it, also when it was refused.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// Who asked for what. The writer adds the sequence number, the outcome and the chain hash.
struct AuditEntry {
  WallTime at;
  std::string who;      // name of the user; "system" for the scheduler itself
  std::string via;      // "session", "token ci", "local", "schedule"
  std::string address;  // of the client; empty for none
  std::string request;  // id of the HTTP request; empty for none
  std::string action;   // "run.cancel", "user.create"
  std::string object;   // "run 12", "user ann"
  std::string dag;      // whose readers may see the entry; empty = administrators only
  std::string detail;   // JSON object; never a secret
  // Set when it was refused before it was tried, "unauthenticated" or "forbidden": the outcome word
  // then, instead of that of the error.
  std::string refused;
};

struct Operation {
  // Runs in a savepoint of its own on the writing connection: `invalid`, `not_found` and `conflict`
  // undo this operation alone, any other error the whole batch. Empty when the change is in the
  // other rows of the batch; then `outcome` is set before.
  std::function<Result<Json>(Database&)> apply;
  std::optional<Result<Json>> outcome;
  std::optional<AuditEntry> audit;
  std::size_t weight = 1;  // about how many rows it touches
};

}  // namespace tidemill
