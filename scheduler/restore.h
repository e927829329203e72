// Puts a copy of a database back into a data folder that no scheduler uses.
#pragma once

#include <string>

#include "base/time.h"
#include "scheduler/storage/backup.h"

namespace tidemill {

struct RestoreRequest {
  std::string file;      // the copy; it is left as it is
  std::string data_dir;  // absolute; made when absent
  // The folder has seen a newer scheduler than the copy: what was recorded since is given up, and
  // attempts of it that still run are ended by the next start.
  bool accept_rollback = false;
};

struct Restored {
  DatabaseCheck check;  // of the copy
  std::string kept;     // where the database is that was there; empty = there was none
  bool is_rollback = false;
};

// `conflict` when a scheduler runs there, or without accept_rollback where it is needed; nothing
// was changed then.
Result<Restored> restore_database(const RestoreRequest& request, WallTime now);

}  // namespace tidemill
