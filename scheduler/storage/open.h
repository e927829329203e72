// Opens the database of a data directory for its one writer: settings, refusals, migrations. What
// is refused is refused before anything is written, with what to do about it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/time.h"
#include "migrations/embedded.h"
#include "scheduler/storage/sqlite.h"

namespace tidemill {

enum class Durability {
  power_loss,  // synchronous=FULL: a commit is on the disk before it returns (the default)
  crash,       // synchronous=NORMAL: survives kill -9; a power cut may take the last commits
};

struct StorageOptions {
  std::string path;     // of the database file
  std::string boot_id;  // of this host, to tell a killed process from a lost machine
  Durability durability = Durability::power_loss;
  bool allow_network_file_system = false;
  std::span<const Migration> migrations = embedded_migrations();
  // A start that would be given a lower epoch is refused and uses none up: somebody obeys a newer
  // one, so this file is an older copy.
  std::int64_t least_epoch = 0;
  // Called when the disk is full, on the thread that commits: whether it made some room. The commit
  // is then tried once more.
  std::function<bool()> make_room;
  // Called before each migration of a database with data; it may take long.
  std::function<void(const std::string& name)> on_migration;
  std::string vfs;  // a registered SQLite VFS; empty = the system's
};

Result<Database> open_for_writing(const StorageOptions& options, WallTime now);

// Read-only, and unable to checkpoint or to write by accident. Beside a live writer, or on the file
// of a dead one.
Result<Database> open_for_reading(const std::string& path, const std::string& vfs = "");

// "nfs" and such when the folder of `path` lies on a file system on which SQLite's locks and
// write-ahead log are not safe; empty otherwise.
Result<std::string> network_file_system(const std::string& path);

}  // namespace tidemill
