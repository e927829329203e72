#include "scheduler/storage/oncall_rows.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {
namespace {

constexpr const char* kSelectOverrides =
    "SELECT override_id, rotation, users, from_at, until_at, reason, by, created_at, removed_at,"
    " removed_by FROM oncall_overrides";

OverrideRow read_override_row(const Statement& s) {
  OverrideRow row;
  row.id = s.integer(0);
  row.rotation = s.text(1);
  const std::string users = s.text(2);
  for (const std::string_view user : split(users, ',')) row.users.emplace_back(user);
  row.from = {s.integer(3)};
  row.until = {s.integer(4)};
  row.reason = s.text(5);
  row.by = s.text(6);
  row.created_at = {s.integer(7)};
  row.removed_at = {s.integer(8)};
  row.removed_by = s.text(9);
  return row;
}

}  // namespace

Result<std::vector<OverrideRow>> read_overrides(Database& database, WallTime after) {
  Statement rows = TRY(database.prepare(fmt::format(
      "{} WHERE removed_at = 0 AND until_at > ? ORDER BY override_id", kSelectOverrides)));
  return all_rows<OverrideRow>(rows.bind(after.us), read_override_row);
}

Result<std::optional<OverrideRow>> read_override(Database& database, std::int64_t id) {
  Statement row = TRY(database.prepare(fmt::format("{} WHERE override_id = ?", kSelectOverrides)));
  return one_row<OverrideRow>(row.bind(id), read_override_row);
}

Status add_override(Database& database, OverrideRow& row) {
  Statement put = TRY(
      database.prepare("INSERT INTO oncall_overrides VALUES (NULL,?,?,?,?,?,?,?,0,'')"
                       " RETURNING override_id"));
  const std::string users = join(row.users, ",");
  put.bind(row.rotation, users, row.from.us, row.until.us, row.reason, row.by, row.created_at.us);
  if (!TRY(put.step())) return damaged(put.path(), "an override was stored without an id");
  row.id = put.integer(0);
  return put.run();
}

Status remove_override(Database& database, std::int64_t id, WallTime at, const std::string& by) {
  Statement put = TRY(
      database.prepare("UPDATE oncall_overrides SET removed_at = ?, removed_by = ?"
                       " WHERE override_id = ? AND removed_at = 0"));
  return put.bind(at.us, by, id).run();
}

}  // namespace tidemill
