#include "scheduler/storage/backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault_point.h"
#include "base/fd.h"
#include "scheduler/storage/migrate.h"
#include "scheduler/storage/open.h"
#include "scheduler/storage/read_audit.h"

namespace tidemill {
namespace {

constexpr std::int64_t kSchemaWithAudit = 4;

Status sync_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return errno_error("cannot sync " + path);
  return Ok{};
}

Status copy_pages(const std::string& path, const std::string& destination) {
  Database source = TRY(open_for_reading(path));
  // VACUUM INTO writes nothing to the source, and is refused nevertheless.
  TRY(source.execute("PRAGMA query_only=OFF"));
  Statement copy = TRY(source.prepare("VACUUM INTO ?1"));
  TRY(copy.bind(destination).run());
  if (::chmod(destination.c_str(), 0600) != 0) {
    return errno_error("cannot make " + destination + " private");
  }
  return Ok{};
}

Status check_copy(const std::string& destination) {
  const DatabaseCheck check = TRY(check_database(destination));
  if (check.problems.empty()) return sync_file(destination);
  return corrupt(
      fmt::format("the copy is not whole, so the database is not either: {}; "
                  "`tidemill db check` names everything",
                  check.problems.front()));
}

Status append_rows(Database& database, const char* sql, const std::string& what,
                   std::vector<std::string>& problems) {
  Statement rows = TRY(database.prepare(sql));
  while (TRY(rows.step())) {
    if (rows.text(0) != "ok" && problems.size() < 100) problems.push_back(what + rows.text(0));
  }
  return Ok{};
}

Result<DatabaseFacts> facts_of(Database& database) {
  DatabaseFacts facts;
  facts.schema = TRY(database.query_integer("PRAGMA user_version"));
  Statement meta = TRY(database.prepare(
      "SELECT epoch, next_run, next_attempt, next_worker, next_version FROM meta"));
  if (!TRY(meta.step())) return damaged(database.path(), "The row of meta is missing");
  facts.epoch = meta.integer(0);
  facts.counters = {meta.integer(1), meta.integer(2), meta.integer(3), meta.integer(4)};
  return facts;
}

Result<Database> open_unused(const std::string& path) {
  Database database = TRY(Database::open(path, OpenMode::read_write));
  const auto application = TRY(database.query_integer("PRAGMA application_id"));
  if (application != kApplicationId) return foreign_database(path, application);
  return database;
}

}  // namespace

Status copy_database(const std::string& path, const std::string& destination) {
  if (::access(destination.c_str(), F_OK) == 0) return conflict(destination + " is there already");
  Status done = copy_pages(path, destination);
  fault_point("FP19");
  if (done.ok()) done = check_copy(destination);
  if (!done.ok()) ::unlink(destination.c_str());
  return done;
}

Result<DatabaseFacts> read_facts(const std::string& path) {
  Database database = TRY(open_for_reading(path));
  return facts_of(database);
}

std::int64_t newest_schema() { return static_cast<std::int64_t>(embedded_migrations().size()); }

std::string storage_version() { return std::string("SQLite ") + sqlite3_libversion(); }

Result<DatabaseCheck> check_database(const std::string& path) {
  Database database = TRY(open_for_reading(path));
  DatabaseCheck check;
  TRY(append_rows(database, "PRAGMA integrity_check(20)", "", check.problems));
  if (!check.problems.empty()) return check;
  TRY(append_rows(database, "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check",
                  "rows that refer to what is not there, in ", check.problems));
  check.facts = TRY(facts_of(database));
  check.runs = TRY(database.query_integer("SELECT count(*) FROM runs"));
  if (check.facts.schema < kSchemaWithAudit) return check;
  const AuditVerdict audit = TRY(audit_verify(database));
  check.audit_rows = audit.rows;
  if (!audit.whole()) {
    check.problems.push_back(
        fmt::format("audit log, entry {}: {}", audit.first_broken, audit.what));
  }
  return check;
}

Status raise_counters(const std::string& path, const DatabaseFacts& least) {
  Database database = TRY(open_unused(path));
  TRY(database.execute("PRAGMA synchronous=FULL"));
  Statement update = TRY(
      database.prepare("UPDATE meta SET epoch=max(epoch,?1), next_run=max(next_run,?2),"
                       " next_attempt=max(next_attempt,?3), next_worker=max(next_worker,?4),"
                       " next_version=max(next_version,?5)"));
  return update
      .bind(least.epoch, least.counters.next_run, least.counters.next_attempt,
            least.counters.next_worker, least.counters.next_version)
      .run();
}

Status empty_log(const std::string& path) {
  Database database = TRY(open_unused(path));
  const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code == SQLITE_OK) return Ok{};
  return sqlite_error(database.handle(), "cannot empty the write-ahead log");
}

}  // namespace tidemill
