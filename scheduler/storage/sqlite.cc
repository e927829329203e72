#include "scheduler/storage/sqlite.h"

#include <sqlite3.h>

#include "base/text.h"

namespace tidemill {
namespace {

ErrorCode kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::corrupt;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
      return ErrorCode::conflict;
    default:
      return ErrorCode::unavailable;
  }
}

std::string file_of(sqlite3* db) {
  const char* file = sqlite3_db_filename(db, "main");
  return file == nullptr ? "database" : file;
}

}  // namespace

Error damaged(const std::string& path, const std::string& detail) {
  return corrupt(
      fmt::format("the database {} is damaged and was left as it is; restore a copy of it, or move "
                  "it away (with its -wal and -shm files) to begin with an empty one. {}",
                  path, detail));
}

Error unknown_word(const Statement& row, int column) {
  return damaged(row.path(),
                 fmt::format("It holds the unknown word '{}'", printable(row.text(column), 40)));
}

Status expect_one(const Database& database, const std::string& what) {
  if (database.changed_rows() == 1) return Ok{};
  return conflict(what + " is not as it was last written; another program wrote to " +
                  database.path());
}

Error sqlite_error(sqlite3* db, const std::string& what) {
  const int code = sqlite3_extended_errcode(db);
  const std::string why = fmt::format("{} (SQLite error {})", sqlite3_errmsg(db), code);
  if ((code & 0xff) == SQLITE_NOTADB) {
    return corrupt(
        fmt::format("{} is no database ({}); it was left as it is: move it away, or "
                    "name another data directory with --data-dir",
                    file_of(db), why));
  }
  if (kind_of(code) == ErrorCode::corrupt) {
    return damaged(file_of(db), fmt::format("{}: {}", what, why));
  }
  return {kind_of(code), fmt::format("{} ({}): {}", what, file_of(db), why)};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error = sqlite_error(db_, "cannot run a statement");
  sqlite3_reset(handle_.get());
  return error;
}

Status Statement::run() {
  while (TRY(step())) {
  }
  reset();
  return Ok{};
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
double Statement::real(int column) const { return sqlite3_column_double(handle_.get(), column); }
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}
std::string Statement::path() const { return file_of(db_); }
std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(handle_.get(), column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return {reinterpret_cast<const char*>(bytes), size};
}

// A failed bind is a wrong index or a text over SQLite's limit of 1 GB, which no row reaches.
void Statement::bind_at(int index, std::int64_t value) {
  CHECK(sqlite3_bind_int64(handle_.get(), index, value) == SQLITE_OK);
}
void Statement::bind_at(int index, double value) {
  CHECK(sqlite3_bind_double(handle_.get(), index, value) == SQLITE_OK);
}
void Statement::bind_at(int index, std::string_view value) {
  const char* bytes = value.empty() ? "" : value.data();
  CHECK(sqlite3_bind_text64(handle_.get(), index, bytes, value.size(), SQLITE_STATIC,
                            SQLITE_UTF8) == SQLITE_OK);
}
void Statement::bind_at(int index, std::optional<std::int64_t> value) {
  if (value) return bind_at(index, *value);
  CHECK(sqlite3_bind_null(handle_.get(), index) == SQLITE_OK);
}

void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Database> Database::open(const std::string& path, OpenMode mode, const std::string& vfs) {
  const int flags = mode == OpenMode::read_only ? SQLITE_OPEN_READONLY
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  Database database;
  database.path_ = path;
  database.handle_.reset(raw);
  CHECK(raw != nullptr);
  sqlite3_extended_result_codes(raw, 1);
  if (code != SQLITE_OK) {
    return Error{kind_of(code), fmt::format("cannot open {}: {}", path, sqlite3_errmsg(raw))};
  }
  return database;
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return Ok{};
  return sqlite_error(handle_.get(), "cannot run a statement");
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return sqlite_error(handle_.get(), "cannot prepare a statement");
  return Statement(handle_.get(), raw);
}

Result<std::string> Database::query_text(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return damaged(path_, fmt::format("no row for {}", sql));
  return statement.text(0);
}

Result<std::int64_t> Database::query_integer(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return damaged(path_, fmt::format("no row for {}", sql));
  return statement.integer(0);
}

int Database::changed_rows() const { return sqlite3_changes(handle_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

}  // namespace tidemill
