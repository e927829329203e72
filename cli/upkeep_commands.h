// `tidemill backup`, `restore` and `db check`: they work on the data folder itself, with a
// scheduler beside them or without one; `restore` only without.
#pragma once

#include <string>

namespace tidemill {

struct BackupCommand {
  std::string destination;  // a file, or a folder for a file with the time in its name
  std::string data_dir;
  bool json = false;
};
int run_backup(const BackupCommand& options);

struct RestoreCommand {
  std::string file, data_dir;
  bool accept_rollback = false;
};
int run_restore(const RestoreCommand& options);

struct DbCommand {
  std::string action;  // "check"
  std::string file;    // empty = the database of the data folder
  std::string data_dir;
  bool json = false;
};
int run_db(const DbCommand& options);

}  // namespace tidemill
