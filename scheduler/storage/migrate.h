// Brings a database to the schema of this build, or says why not. Each migration runs in one
// transaction together with its own record (number, name, SHA-256 of its text, time).
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/time.h"
#include "migrations/embedded.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

// "TdMl": what a Tidemill database says it is.
inline constexpr std::int64_t kApplicationId = 0x54644d6c;

// Of a file that is whole but not ours.
Error foreign_database(const std::string& path, std::int64_t application_id);

// Refuses, without touching the file: one that is not Tidemill's, one from a newer version, and one
// in which a migration was applied whose text is not ours. Before the first step on a database with
// data a copy is left beside it as `<file>.before-<version>`.
// `before` is called with the name of each step of those.
Status migrate(Database& database, std::span<const Migration> migrations, WallTime now,
               const std::function<void(const std::string&)>& before = nullptr);

}  // namespace tidemill
