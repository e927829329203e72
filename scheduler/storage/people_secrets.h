// Rows of secrets. What is in them is encrypted before it comes here.
#pragma once

#include "scheduler/storage/people_rows.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

Result<std::optional<SecretRow>> find_secret(Database& database, const std::string& name);
Result<std::vector<SecretRow>> all_secrets(Database& database);  // by name
Status put_secret(Database& database, const SecretRow& row);
// Whether there was one.
Result<bool> delete_secret(Database& database, const std::string& name);

}  // namespace tidemill
