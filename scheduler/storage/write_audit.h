// Appends to the audit log. The end of the chain is kept in memory and loaded when the database is
// opened; the database refuses a row that does not follow its last one. One thread.
#pragma once

#include "scheduler/storage/audit_hash.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

class AuditWriter {
 public:
  static Result<AuditWriter> prepare(Database& database);
  // After a transaction with entries was undone.
  Status look_again(Database& database);

  // What became of an operation: its entry with the outcome, in the transaction that is open.
  Status write(const AuditEntry& entry, const Result<Json>& outcome);

 private:
  Statement insert_;
  AuditHead head_;
};

}  // namespace tidemill
