#include "scheduler/storage/people_tokens.h"

#include <fmt/format.h>

#include <optional>

#include "base/json.h"

namespace tidemill {
namespace {

constexpr const char* kToken =
    "owner, name, token_hash, prefix, scope, dags, created_at, expires_at, last_used, revoked_at";

Result<std::vector<std::string>> parse_dags(const std::string& text) {
  const Json list = TRY(parse_json(text));
  std::vector<std::string> names;
  if (!list.is_array()) return conflict("the dags of a token are no list; revoke it");
  for (const Json& name : list.as_array()) {
    if (!name.is_string()) return conflict("the dags of a token are no names; revoke it");
    names.push_back(name.as_string());
  }
  return names;
}

std::string dags_text(const std::vector<std::string>& names) {
  Json::Array list;
  for (const std::string& name : names) list.emplace_back(name);
  return Json(std::move(list)).dump();
}

Result<TokenRow> read_token(const Statement& s) {
  TokenRow row;
  row.owner = s.text(0);
  row.name = s.text(1);
  row.token_hash = s.text(2);
  row.prefix = s.text(3);
  row.scope = TRY(parse_role(s.text(4)));
  if (!s.is_null(5)) row.dags = TRY(parse_dags(s.text(5)));
  row.created_at = {s.integer(6)};
  row.expires_at = {s.integer(7)};
  row.last_used = {s.integer(8)};
  row.revoked_at = {s.integer(9)};
  return row;
}

Result<std::optional<TokenRow>> one_token(Statement& row) {
  if (!TRY(row.step())) return std::optional<TokenRow>();
  return std::optional<TokenRow>(TRY(read_token(row)));
}

}  // namespace

Result<std::optional<TokenRow>> find_token(Database& database, const std::string& token_hash) {
  Statement row = TRY(
      database.prepare(fmt::format("SELECT {} FROM api_tokens WHERE token_hash = ?", kToken)));
  return one_token(row.bind(token_hash));
}

Result<std::optional<TokenRow>> find_token(Database& database, const std::string& owner,
                                           const std::string& name) {
  Statement row = TRY(database.prepare(
      fmt::format("SELECT {} FROM api_tokens WHERE owner = ? AND name = ?", kToken)));
  return one_token(row.bind(owner, name));
}

Result<std::vector<TokenRow>> all_tokens(Database& database, const std::string& owner) {
  Statement rows = TRY(database.prepare(fmt::format(
      "SELECT {} FROM api_tokens WHERE ?1 = '' OR owner = ?1 ORDER BY owner, name", kToken)));
  rows.bind(owner);
  std::vector<TokenRow> found;
  while (TRY(rows.step())) found.push_back(TRY(read_token(rows)));
  return found;
}

Status put_token(Database& database, const TokenRow& row) {
  const std::string dags = row.dags ? dags_text(*row.dags) : std::string();
  Statement insert = TRY(database.prepare(
      "INSERT OR REPLACE INTO api_tokens VALUES (?,?,?,?,?,nullif(?,''),?,?,?,?)"));
  return insert
      .bind(row.owner, row.name, row.token_hash, row.prefix, to_word(row.scope), dags,
            row.created_at.us, row.expires_at.us, row.last_used.us, row.revoked_at.us)
      .run();
}

Status touch_token(Database& database, const std::string& token_hash, WallTime last_used) {
  Statement update = TRY(database.prepare(
      "UPDATE api_tokens SET last_used = ?2 WHERE token_hash = ?1 AND last_used < ?2"));
  return update.bind(token_hash, last_used.us).run();
}

Status revoke_token_row(Database& database, const std::string& owner, const std::string& name,
                        WallTime at) {
  Statement update = TRY(
      database.prepare("UPDATE api_tokens SET revoked_at = ? WHERE owner = ? AND name = ?"));
  return update.bind(at.us, owner, name).run();
}

}  // namespace tidemill
