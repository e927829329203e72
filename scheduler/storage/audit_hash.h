// The hash that chains the audit log: SHA-256 over the hash of the row before and every field of
// this one, each written as its length in bytes, a colon and the bytes, so that no two rows give
// the same text. Changing this breaks every chain that was written before.
#pragma once

#include <cstdint>
#include <string>

#include "scheduler/storage/operation.h"

namespace tidemill {

// The end of a chain. A new database has {0, ""}.
struct AuditHead {
  std::int64_t seq = 0;
  std::string hash;
  bool operator==(const AuditHead&) const = default;
};

struct AuditRow {
  std::int64_t seq = 0;
  AuditEntry entry;
  std::string outcome = "ok";  // or the word of an error code, or AuditEntry::refused
  std::string message;         // of the error
  std::string prev_hash, hash;
};

// Of every field but `hash` itself.
std::string audit_hash(const AuditRow& row);

}  // namespace tidemill
