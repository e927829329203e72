// A change of users, tokens, sessions or secrets, ready for Mutation::store, with what its audit
// entry says about it. Nothing of it is secret: passwords, tokens and values enter as hashes or
// encrypted.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "core/access.h"
#include "scheduler/storage/operation.h"

namespace tidemill {

struct Change {
  std::string action;  // "user.create"
  std::string object;  // "user ann"
  std::string dag;     // whose readers may see the entry; empty = administrators only
  Json detail = Json(Json::Object());
  // For the writer's connection, once, inside its transaction.
  std::function<Result<Json>(Database&)> store;
};

Change change_of(std::string action, std::string object);

// "session", "token ci", "local", "system": how somebody came in, for AuditEntry::via.
std::string via_of(const Principal& who);

// The entry of a change; address and request id are the caller's to add.
AuditEntry audit_entry(const Change& change, const Principal& who, WallTime at);

}  // namespace tidemill
