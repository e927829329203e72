// Reads the audit log, and proves that nobody wrote into it by other means. On any connection.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/storage/audit_hash.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

struct AuditFilter {
  std::int64_t before = 0;          // entries older than this one; 0 = from the newest
  int limit = 100;                  // of rows
  std::string who, action, object;  // exactly; empty = any
  std::optional<std::string> dag;   // exactly; "" = those that belong to no dag
};

// Newest first.
Result<std::vector<AuditRow>> read_audit(Database& database, const AuditFilter& filter);
// The end of what is committed.
Result<AuditHead> read_audit_head(Database& database);

struct AuditVerdict {
  std::int64_t rows = 0;          // that were found as they were written
  AuditHead head;                 // of the database
  std::int64_t first_broken = 0;  // seq; 0 = the chain is whole
  std::string what;               // is wrong with it, in words
  bool whole() const { return first_broken == 0; }
};

// Reads every row, a page at a time, so a long log does not hold up checkpoints. Rows that are
// added meanwhile are not looked at.
Result<AuditVerdict> audit_verify(Database& database);

// The end of the chain is also kept in a file beside the database, which a restored or cut back
// database does not match. Written by the shell after commits; {0, ""} when there is no file.
Status write_audit_head(const std::string& file, const AuditHead& head);
Result<AuditHead> read_audit_head_file(const std::string& file);

// What the file knows and the database does not: that the database is older than the file, or has
// another row in that place. Empty = they agree.
Result<std::string> compare_audit_head(Database& database, const AuditHead& file);

}  // namespace tidemill
