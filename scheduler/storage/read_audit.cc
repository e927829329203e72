#include "scheduler/storage/read_audit.h"

#include <fmt/format.h>

#include "base/fd.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr const char* kAuditColumns =
    "seq, at_us, who, via, address, request, action, object, dag, detail, outcome, message,"
    " prev_hash, hash";
constexpr int kPage = 1000;

AuditRow row_of(const Statement& s) {
  AuditRow row;
  row.seq = s.integer(0);
  row.entry = {{s.integer(1)}, s.text(2), s.text(3), s.text(4), s.text(5),
               s.text(6),      s.text(7), s.text(8), s.text(9), {}};
  row.outcome = s.text(10);
  row.message = s.text(11);
  row.prev_hash = s.text(12);
  row.hash = s.text(13);
  return row;
}

// Walks along the chain and stops at the first row that does not fit.
class Walk {
 public:
  bool accept(const AuditRow& row) {
    if (row.seq != last_.seq + 1) return broken(last_.seq + 1, "the row is missing");
    if (row.prev_hash != last_.hash) return broken(row.seq, "it does not follow the row before it");
    if (row.hash != audit_hash(row)) return broken(row.seq, "it is not as it was written");
    last_ = {row.seq, row.hash};
    ++verdict_.rows;
    return true;
  }
  bool broken(std::int64_t seq, std::string what) {
    verdict_.first_broken = seq;
    verdict_.what = std::move(what);
    return false;
  }
  const AuditHead& last() const { return last_; }
  AuditVerdict& verdict() { return verdict_; }

 private:
  AuditHead last_;
  AuditVerdict verdict_;
};

// Rows up to the head; false = nothing is left to walk.
Result<bool> walk_page(Statement& rows, const AuditHead& head, Walk& walk) {
  rows.reset();
  rows.bind(walk.last().seq, head.seq, kPage);
  int seen = 0;
  bool whole = true;
  while (whole && TRY(rows.step())) {
    ++seen;
    whole = walk.accept(row_of(rows));
  }
  rows.reset();
  return whole && seen == kPage;
}

void check_end(Walk& walk, std::int64_t newest) {
  AuditVerdict& verdict = walk.verdict();
  if (!verdict.whole()) return;
  const AuditHead& head = verdict.head;
  if (walk.last().seq < head.seq) {
    walk.broken(walk.last().seq + 1, "the row is missing");
  } else if (walk.last().hash != head.hash) {
    walk.broken(head.seq, "it is not the row that was written last");
  } else if (newest > head.seq) {
    walk.broken(head.seq + 1, "it was added behind the end of the log");
  }
}

Error no_head(const Database& database) {
  return corrupt(database.path() + " is damaged: the head of its audit log is missing");
}

Status check_seq(const std::string& file, const std::optional<std::int64_t>& seq,
                 const std::string& hash) {
  if (seq && *seq >= 0 && hash.size() == (*seq == 0 ? 0u : 64u)) return Ok{};
  return corrupt(file + " does not hold the end of an audit log; remove it once you know why");
}

}  // namespace

Result<std::vector<AuditRow>> read_audit(Database& database, const AuditFilter& filter) {
  Statement rows = TRY(
      database.prepare(fmt::format("SELECT {} FROM audit WHERE seq < ?1 AND (?2 = '' OR who = ?2)"
                                   " AND (?3 = '' OR action = ?3) AND (?4 = '' OR object = ?4)"
                                   " AND (?5 = 0 OR dag = ?6) ORDER BY seq DESC LIMIT ?7",
                                   kAuditColumns)));
  rows.bind(filter.before > 0 ? filter.before : INT64_MAX, filter.who, filter.action, filter.object,
            filter.dag.has_value(), filter.dag ? std::string_view(*filter.dag) : "", filter.limit);
  std::vector<AuditRow> found;
  while (TRY(rows.step())) found.push_back(row_of(rows));
  return found;
}

Result<AuditHead> read_audit_head(Database& database) {
  Statement row = TRY(database.prepare("SELECT seq, hash FROM audit_head"));
  if (!TRY(row.step())) return no_head(database);
  return AuditHead{row.integer(0), row.text(1)};
}

Result<AuditVerdict> audit_verify(Database& database) {
  Walk walk;
  std::int64_t newest = 0;
  {
    // One statement, so that both are of the same moment.
    Statement end = TRY(database.prepare(
        "SELECT seq, hash, (SELECT coalesce(max(seq), 0) FROM audit) FROM audit_head"));
    if (!TRY(end.step())) return no_head(database);
    walk.verdict().head = {end.integer(0), end.text(1)};
    newest = end.integer(2);
  }
  Statement rows = TRY(database.prepare(fmt::format(
      "SELECT {} FROM audit WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", kAuditColumns)));
  const AuditHead head = walk.verdict().head;
  while (TRY(walk_page(rows, head, walk))) {
  }
  check_end(walk, newest);
  return walk.verdict();
}

Status write_audit_head(const std::string& file, const AuditHead& head) {
  return write_file_atomic(file, fmt::format("{} {}\n", head.seq, head.hash), 0600);
}

Result<AuditHead> read_audit_head_file(const std::string& file) {
  const auto content = read_file(file, 200);
  if (!content.ok()) {
    if (content.error().code == ErrorCode::not_found) return AuditHead{};
    return content.error();
  }
  const auto pieces = split(trim(*content), ' ');
  const auto seq = to_int(pieces[0]);
  const std::string hash(pieces.size() == 2 ? pieces[1] : "");
  TRY(check_seq(file, seq, hash));
  return AuditHead{*seq, hash};
}

Result<std::string> compare_audit_head(Database& database, const AuditHead& file) {
  if (file.seq == 0) return std::string();
  const AuditHead head = TRY(read_audit_head(database));
  if (head.seq < file.seq) {
    return fmt::format(
        "the audit log had {} entries and has {} now: the database {} is an older "
        "copy, or its write-ahead log was removed",
        file.seq, head.seq, database.path());
  }
  Statement row = TRY(database.prepare("SELECT hash FROM audit WHERE seq = ?"));
  const bool there = TRY(row.bind(file.seq).step());
  if (there && row.text(0) == file.hash) return std::string();
  return fmt::format(
      "entry {} of the audit log is not the one that was written; run `tidemill "
      "audit verify`, and restore {} from a backup if you did not do this",
      file.seq, database.path());
}

}  // namespace tidemill
