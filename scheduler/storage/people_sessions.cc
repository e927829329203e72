#include "scheduler/storage/people_sessions.h"

#include <fmt/format.h>

#include <optional>

namespace tidemill {
namespace {

constexpr const char* kSession = "token_hash, user, address, created_at, last_seen, expires_at";

SessionRow read_session(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2), {s.integer(3)}, {s.integer(4)}, {s.integer(5)}};
}

}  // namespace

Result<std::optional<SessionRow>> find_session(Database& database, const std::string& token_hash) {
  Statement row = TRY(
      database.prepare(fmt::format("SELECT {} FROM sessions WHERE token_hash = ?", kSession)));
  if (!TRY(row.bind(token_hash).step())) return std::optional<SessionRow>();
  return std::optional<SessionRow>(read_session(row));
}

Result<std::vector<SessionRow>> sessions_of(Database& database, const std::string& user) {
  Statement rows = TRY(database.prepare(
      fmt::format("SELECT {} FROM sessions WHERE user = ? ORDER BY created_at", kSession)));
  rows.bind(user);
  std::vector<SessionRow> found;
  while (TRY(rows.step())) found.push_back(read_session(rows));
  return found;
}

Status insert_session(Database& database, const SessionRow& row) {
  Statement insert = TRY(database.prepare("INSERT INTO sessions VALUES (?,?,?,?,?,?)"));
  return insert
      .bind(row.token_hash, row.user, row.address, row.created_at.us, row.last_seen.us,
            row.expires_at.us)
      .run();
}

Status touch_session(Database& database, const std::string& token_hash, WallTime last_seen) {
  Statement update = TRY(database.prepare(
      "UPDATE sessions SET last_seen = ?2 WHERE token_hash = ?1 AND last_seen < ?2"));
  return update.bind(token_hash, last_seen.us).run();
}

Result<std::int64_t> delete_session(Database& database, const std::string& token_hash) {
  Statement remove = TRY(database.prepare("DELETE FROM sessions WHERE token_hash = ?"));
  TRY(remove.bind(token_hash).run());
  return std::int64_t{database.changed_rows()};
}

Result<std::int64_t> delete_sessions_of(Database& database, const std::string& user) {
  Statement remove = TRY(database.prepare("DELETE FROM sessions WHERE user = ?"));
  TRY(remove.bind(user).run());
  return std::int64_t{database.changed_rows()};
}

Result<std::optional<LinkRow>> find_link(Database& database, const std::string& token_hash) {
  Statement row = TRY(
      database.prepare("SELECT token_hash, user, created_at, expires_at, used_at FROM signin_links"
                       " WHERE token_hash = ?"));
  if (!TRY(row.bind(token_hash).step())) return std::optional<LinkRow>();
  return std::optional<LinkRow>(
      {row.text(0), row.text(1), {row.integer(2)}, {row.integer(3)}, {row.integer(4)}});
}

Status insert_link(Database& database, const LinkRow& row) {
  Statement insert = TRY(database.prepare("INSERT INTO signin_links VALUES (?,?,?,?,?)"));
  return insert.bind(row.token_hash, row.user, row.created_at.us, row.expires_at.us, row.used_at.us)
      .run();
}

Status use_link(Database& database, const std::string& token_hash, WallTime used_at) {
  Statement update = TRY(
      database.prepare("UPDATE signin_links SET used_at = ? WHERE token_hash = ?"));
  return update.bind(used_at.us, token_hash).run();
}

Status delete_links_of(Database& database, const std::string& user) {
  Statement remove = TRY(database.prepare("DELETE FROM signin_links WHERE user = ?"));
  return remove.bind(user).run();
}

Result<std::int64_t> delete_ended_sessions(Database& database, WallTime now, WallTime idle_since) {
  Statement links = TRY(database.prepare("DELETE FROM signin_links WHERE expires_at <= ?"));
  TRY(links.bind(now.us).run());
  Statement sessions = TRY(
      database.prepare("DELETE FROM sessions WHERE expires_at <= ? OR last_seen <= ?"));
  TRY(sessions.bind(now.us, idle_since.us).run());
  return std::int64_t{database.changed_rows()};
}

}  // namespace tidemill
