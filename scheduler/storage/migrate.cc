#include "scheduler/storage/migrate.h"

#include <unistd.h>

#include "base/hash.h"

namespace tidemill {
namespace {

constexpr const char* kRecordTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " applied_at INTEGER NOT NULL) STRICT";

// A new file has no tables yet; anything else must say that it is ours.
Status check_identity(Database& database) {
  const auto application = TRY(database.query_integer("PRAGMA application_id"));
  if (application == kApplicationId) return Ok{};
  const auto tables = TRY(database.query_integer("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && tables == 0) return Ok{};
  return foreign_database(database.path(), application);
}

Status check_version(std::int64_t version, std::int64_t newest, const std::string& path) {
  if (version <= newest) return Ok{};
  return Error{ErrorCode::unsupported,
               fmt::format("{} was written by a newer Tidemill (schema {}, this build knows {}); "
                           "install that version, or restore the copy {}.before-{} that it made",
                           path, version, newest, path, newest + 1)};
}

Status check_applied(Database& database, std::span<const Migration> migrations) {
  Statement rows = TRY(
      database.prepare("SELECT version, name, sha256 FROM schema_migrations ORDER BY version"));
  while (TRY(rows.step())) {
    const auto version = rows.integer(0);
    CHECK(version >= 1 && version <= static_cast<std::int64_t>(migrations.size()));
    const Migration& ours = migrations[static_cast<std::size_t>(version - 1)];
    if (sha256_hex(ours.sql) == rows.text(2)) continue;
    return Error{ErrorCode::unsupported,
                 fmt::format("{}: migration {} was applied with another text than this build's "
                             "{}; use the build that made this database",
                             database.path(), rows.text(1), ours.name)};
  }
  return Ok{};
}

Status keep_copy(Database& database, int next_version) {
  const std::string copy = fmt::format("{}.before-{}", database.path(), next_version);
  if (::access(copy.c_str(), F_OK) == 0) return Ok{};
  Statement into = TRY(database.prepare("VACUUM INTO ?1"));
  return into.bind(copy).run();
}

Status apply_steps(Database& database, const Migration& migration, WallTime now) {
  TRY(database.execute(kRecordTable));
  TRY(database.execute(std::string(migration.sql)));
  Statement record = TRY(database.prepare("INSERT INTO schema_migrations VALUES (?,?,?,?)"));
  TRY(record.bind(migration.version, migration.name, sha256_hex(migration.sql), now.us).run());
  return database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                      kApplicationId, migration.version));
}

Status apply(Database& database, const Migration& migration, WallTime now) {
  TRY(database.execute("BEGIN IMMEDIATE"));
  Status done = apply_steps(database, migration, now);
  if (done.ok()) done = database.execute("COMMIT");
  if (done.ok()) return Ok{};
  if (database.in_transaction()) {
    const Status undone = database.execute("ROLLBACK");
    if (!undone.ok()) return undone.error().context("after a failed migration");
  }
  return done.error().context(fmt::format("migration {}", migration.name));
}

}  // namespace

Error foreign_database(const std::string& path, std::int64_t application_id) {
  return invalid(
      fmt::format("{} is a database of another program (application id {}) and was left as it is; "
                  "name another data directory with --data-dir",
                  path, application_id));
}

Status migrate(Database& database, std::span<const Migration> migrations, WallTime now,
               const std::function<void(const std::string&)>& before) {
  TRY(check_identity(database));
  const auto version = TRY(database.query_integer("PRAGMA user_version"));
  TRY(check_version(version, static_cast<std::int64_t>(migrations.size()), database.path()));
  if (version > 0) TRY(check_applied(database, migrations));
  for (const Migration& migration : migrations) {
    if (migration.version <= version) continue;
    if (version > 0 && before) before(std::string(migration.name));
    if (version > 0) TRY(keep_copy(database, migration.version));
    TRY(apply(database, migration, now));
  }
  return Ok{};
}

}  // namespace tidemill
