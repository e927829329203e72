// A change that comes from outside: an API call, a command, a webhook. It is decided on the
// scheduler's thread between two turns, committed together with its audit entry, and answered only
// after that commit.
#pragma once

#include <functional>
#include <optional>

#include "base/json.h"
#include "scheduler/engine.h"
#include "scheduler/storage/operation.h"
#include "scheduler/storage/reader.h"

namespace tidemill {

// What a decision may look at and change. Rows in `reader` are those of every earlier commit, and
// nothing is being committed meanwhile.
struct Desk {
  Engine& engine;
  RunReader& reader;
  Now now;
};

struct Mutation {
  // One of the two. `decide` works on the state in memory; `store` on rows, in the transaction.
  std::function<Result<Json>(Desk&)> decide;
  std::function<Result<Json>(Database&)> store;
  std::optional<AuditEntry> audit;
  std::size_t weight =
      1;  // about how many rows `store` touches; many are written by another thread
  // Called once, on the scheduler's thread; must not block. Not called, only destroyed, when the
  // scheduler ends first.
  std::function<void(Result<Json>)> done;
};

}  // namespace tidemill
