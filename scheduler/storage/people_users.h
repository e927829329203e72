// Rows of users and grants. Reading works on any connection, writing on the writer's, inside its
// transaction.
#pragma once

#include "scheduler/storage/people_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

Result<std::optional<UserRow>> find_user(Database& database, const std::string& name);
Result<std::vector<UserRow>> all_users(Database& database);  // by name
// Enabled administrators besides `name`; `with_password`: only those who have one.
Result<std::int64_t> other_admins(Database& database, const std::string& name, bool with_password);
Result<std::int64_t> admins_with_password(Database& database);

Status insert_user(Database& database, const UserRow& row);
Status update_user(Database& database, const UserRow& row);           // all but name and created_at
Status delete_user_row(Database& database, const std::string& name);  // and all that is theirs

Result<Grants> grants_of(Database& database, const std::string& user);
// Role::none takes the grant away. Answers whether there was one before.
Result<bool> put_grant(Database& database, const std::string& user, const std::string& dag,
                       Role role);

}  // namespace tidemill
