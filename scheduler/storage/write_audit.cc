#include "scheduler/storage/write_audit.h"

namespace tidemill {
namespace {

std::string_view code_word(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::unsupported:
      return "unsupported";
  }
  UNREACHABLE();
}

AuditRow next_row(const AuditHead& head, const AuditEntry& entry, const Result<Json>& outcome) {
  AuditRow row;
  row.seq = head.seq + 1;
  row.entry = entry;
  row.prev_hash = head.hash;
  if (!outcome.ok()) {
    row.outcome = code_word(outcome.error().code);
    row.message = outcome.error().message;
  }
  if (!entry.refused.empty()) row.outcome = entry.refused;
  row.hash = audit_hash(row);
  return row;
}

}  // namespace

Result<AuditWriter> AuditWriter::prepare(Database& database) {
  AuditWriter writer;
  writer.insert_ = TRY(
      database.prepare("INSERT OR FAIL INTO audit VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  TRY(writer.look_again(database));
  return writer;
}

Status AuditWriter::look_again(Database& database) {
  Statement head = TRY(database.prepare("SELECT seq, hash FROM audit_head"));
  if (!TRY(head.step())) {
    return corrupt(database.path() + " is damaged: the head of its audit log is missing");
  }
  head_ = {head.integer(0), head.text(1)};
  return Ok{};
}

Status AuditWriter::write(const AuditEntry& entry, const Result<Json>& outcome) {
  const AuditRow row = next_row(head_, entry, outcome);
  const AuditEntry& e = row.entry;
  TRY(insert_
          .bind(row.seq, e.at.us, e.who, e.via, e.address, e.request, e.action, e.object, e.dag,
                e.detail, row.outcome, row.message, row.prev_hash, row.hash)
          .run());
  head_ = {row.seq, row.hash};
  return Ok{};
}

}  // namespace tidemill
