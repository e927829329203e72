#include "scheduler/storage/people_secrets.h"

#include <fmt/format.h>

#include <optional>

namespace tidemill {
namespace {

constexpr const char* kSecret = "name, key_id, nonce, ciphertext, updated_at, updated_by";

SecretRow read_secret_row(const Statement& s) {
  return {s.text(0), s.text(1), s.text(2), s.text(3), {s.integer(4)}, s.text(5)};
}

}  // namespace

Result<std::optional<SecretRow>> find_secret(Database& database, const std::string& name) {
  Statement row = TRY(
      database.prepare(fmt::format("SELECT {} FROM secrets WHERE name = ?", kSecret)));
  if (!TRY(row.bind(name).step())) return std::optional<SecretRow>();
  return std::optional<SecretRow>(read_secret_row(row));
}

Result<std::vector<SecretRow>> all_secrets(Database& database) {
  Statement rows = TRY(
      database.prepare(fmt::format("SELECT {} FROM secrets ORDER BY name", kSecret)));
  std::vector<SecretRow> found;
  while (TRY(rows.step())) found.push_back(read_secret_row(rows));
  return found;
}

Status put_secret(Database& database, const SecretRow& row) {
  Statement put = TRY(database.prepare("INSERT OR REPLACE INTO secrets VALUES (?,?,?,?,?,?)"));
  return put
      .bind(row.name, row.key_id, row.nonce, row.ciphertext, row.updated_at.us, row.updated_by)
      .run();
}

Result<bool> delete_secret(Database& database, const std::string& name) {
  Statement remove = TRY(database.prepare("DELETE FROM secrets WHERE name = ?"));
  TRY(remove.bind(name).run());
  return database.changed_rows() > 0;
}

}  // namespace tidemill
