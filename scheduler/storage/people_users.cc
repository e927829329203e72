#include "scheduler/storage/people_users.h"

#include <fmt/format.h>

#include <optional>

namespace tidemill {
namespace {

constexpr const char* kUserColumns =
    "name, password, role, disabled, must_change, created_at, password_at";

std::string_view password_of(const UserRow& row) {
  return row.password ? std::string_view(*row.password) : std::string_view();
}

Result<UserRow> read_user(const Statement& s) {
  UserRow row;
  row.name = s.text(0);
  if (!s.is_null(1)) row.password = s.text(1);
  row.role = TRY(parse_role(s.text(2)));
  row.disabled = s.integer(3) != 0;
  row.must_change = s.integer(4) != 0;
  row.created_at = {s.integer(5)};
  row.password_at = {s.integer(6)};
  return row;
}

}  // namespace

Result<std::optional<UserRow>> find_user(Database& database, const std::string& name) {
  Statement row = TRY(
      database.prepare(fmt::format("SELECT {} FROM users WHERE name = ?", kUserColumns)));
  return one_row<UserRow>(row.bind(name), read_user);
}

Result<std::vector<UserRow>> all_users(Database& database) {
  Statement rows = TRY(
      database.prepare(fmt::format("SELECT {} FROM users ORDER BY name", kUserColumns)));
  return all_rows<UserRow>(rows, read_user);
}

Result<std::int64_t> other_admins(Database& database, const std::string& name, bool with_password) {
  Statement row = TRY(database.prepare(
      "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0 AND name <> ?1"
      " AND (?2 = 0 OR password IS NOT NULL)"));
  TRY(row.bind(name, with_password).step());
  return row.integer(0);
}

Result<std::int64_t> admins_with_password(Database& database) {
  return database.query_integer(
      "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0 AND password IS NOT NULL");
}

Status insert_user(Database& database, const UserRow& row) {
  Statement insert = TRY(database.prepare("INSERT INTO users VALUES (?,nullif(?,''),?,?,?,?,?)"));
  return insert
      .bind(row.name, password_of(row), to_word(row.role), row.disabled, row.must_change,
            row.created_at.us, row.password_at.us)
      .run();
}

Status update_user(Database& database, const UserRow& row) {
  Statement update = TRY(
      database.prepare("UPDATE users SET password=nullif(?,''), role=?, disabled=?, must_change=?,"
                       " password_at=? WHERE name=?"));
  return update
      .bind(password_of(row), to_word(row.role), row.disabled, row.must_change, row.password_at.us,
            row.name)
      .run();
}

Status delete_user_row(Database& database, const std::string& name) {
  Statement remove = TRY(database.prepare("DELETE FROM users WHERE name = ?"));
  return remove.bind(name).run();
}

Result<Grants> grants_of(Database& database, const std::string& user) {
  Statement rows = TRY(database.prepare("SELECT dag, role FROM grants WHERE user = ?"));
  rows.bind(user);
  Grants grants;
  while (TRY(rows.step())) grants[rows.text(0)] = TRY(parse_role(rows.text(1)));
  return grants;
}

Result<bool> put_grant(Database& database, const std::string& user, const std::string& dag,
                       Role role) {
  Statement remove = TRY(database.prepare("DELETE FROM grants WHERE user = ? AND dag = ?"));
  TRY(remove.bind(user, dag).run());
  const bool was_there = database.changed_rows() > 0;
  if (role == Role::none) return was_there;
  Statement insert = TRY(database.prepare("INSERT INTO grants VALUES (?,?,?)"));
  TRY(insert.bind(user, dag, to_word(role)).run());
  return was_there;
}

}  // namespace tidemill
