// SQLite as owned C++ values: a connection and its prepared statements. Nothing here knows a table.
// One thread at a time per connection. Errors: `corrupt` for a damaged or foreign file, `conflict`
// for a refused constraint or trigger (a bug of ours), `unavailable` for everything the disk did.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tidemill {

class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, sqlite3_stmt* handle) : db_(db), handle_(handle) {}

  // Binds all parameters in order. Texts are not copied: they must live until the next reset.
  template <typename... Args>
  Statement& bind(const Args&... args) {
    int index = 0;
    (bind_at(++index, args), ...);
    return *this;
  }

  Result<bool> step();  // true = a row is there
  Status run();         // steps to the end and resets
  void reset();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::uint32_t small(int column) const { return static_cast<std::uint32_t>(integer(column)); }
  std::string text(int column) const;
  bool is_null(int column) const;
  std::string path() const;  // of the database

 private:
  void bind_at(int index, std::int64_t value);
  void bind_at(int index, int value) { bind_at(index, std::int64_t{value}); }
  void bind_at(int index, std::uint32_t value) { bind_at(index, std::int64_t{value}); }
  void bind_at(int index, bool value) { bind_at(index, std::int64_t{value}); }
  void bind_at(int index, double value);
  void bind_at(int index, std::string_view value);
  void bind_at(int index, const std::string& value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, std::optional<std::int64_t> value);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* db_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

enum class OpenMode { read_only, read_write };

class Database {
 public:
  Database() = default;

  // `vfs` names a registered SQLite VFS; empty = the system's. read_write creates the file.
  static Result<Database> open(const std::string& path, OpenMode mode, const std::string& vfs = "");

  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  // First column of the first row.
  Result<std::string> query_text(std::string_view sql);
  Result<std::int64_t> query_integer(std::string_view sql);

  int changed_rows() const;  // by the last statement
  bool in_transaction() const;
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// The connection's last error in words, with a code by kind.
Error sqlite_error(sqlite3* db, const std::string& what);

// What was found wrong in our own database, with its path and what to do about it.
Error damaged(const std::string& path, const std::string& detail);
Error unknown_word(const Statement& row, int column);

// One row must have been changed: fewer means that the row is not in the state we last wrote.
Status expect_one(const Database& database, const std::string& what);

inline std::string select(std::string_view columns, std::string_view rest) {
  return fmt::format("SELECT {} FROM {}", columns, rest);
}

inline WallTime time_at(const Statement& row, int column) { return {row.integer(column)}; }

// The value of a word, as `parse` knows it.
template <typename Parse>
auto known(const Statement& row, int column, Parse parse)
    -> Result<typename decltype(parse(std::string_view()))::value_type> {
  if (const auto value = parse(row.text(column))) return *value;
  return unknown_word(row, column);
}

// `read` makes a Row, or a Result of one.
template <typename Row, typename Read>
Result<std::vector<Row>> all_rows(Statement& statement, Read read) {
  std::vector<Row> rows;
  while (TRY(statement.step())) rows.push_back(TRY(Result<Row>(read(statement))));
  return rows;
}

template <typename Row, typename Read>
Result<std::optional<Row>> one_row(Statement& statement, Read read) {
  if (!TRY(statement.step())) return std::optional<Row>();
  return std::optional<Row>(TRY(Result<Row>(read(statement))));
}

}  // namespace tidemill
