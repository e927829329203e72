#include "scheduler/storage/audit_hash.h"

#include "base/hash.h"

namespace tidemill {

std::string audit_hash(const AuditRow& row) {
  const AuditEntry& e = row.entry;
  const std::string seq = std::to_string(row.seq);
  const std::string at = std::to_string(e.at.us);
  Sha256 hash;
  for (const std::string* field :
       {&row.prev_hash, &seq, &at, &e.who, &e.via, &e.address, &e.request, &e.action, &e.object,
        &e.dag, &e.detail, &row.outcome, &row.message}) {
    hash.update(std::to_string(field->size()));
    hash.update(":");
    hash.update(*field);
  }
  return hash.finish_hex();
}

}  // namespace tidemill
