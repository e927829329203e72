#include "scheduler/storage/open.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>

#include "scheduler/storage/migrate.h"

namespace tidemill {
namespace {

struct FileSystem {
  long magic;  // statfs(2) f_type
  const char* name;
};
constexpr std::array<FileSystem, 9> kNetworkFileSystems = {{{0x6969, "nfs"},
                                                            {0x517b, "smb"},
                                                            {static_cast<long>(0xff534d42), "cifs"},
                                                            {static_cast<long>(0xfe534d42), "smb2"},
                                                            {0x65735546, "fuse"},
                                                            {0x01021997, "9p"},
                                                            {0x00c36400, "ceph"},
                                                            {0x5346414f, "afs"},
                                                            {0x0bd00bd0, "lustre"}}};

// Beyond this size the check after a mere kill -9 would cost more than the restart may take; the
// kernel still held every page then. After a lost machine the whole file is always checked.
constexpr std::int64_t kAlwaysCheckBytes = 64 << 20;

Status refuse_network(const StorageOptions& options) {
  if (options.allow_network_file_system || !options.vfs.empty()) return Ok{};
  const std::string name = TRY(network_file_system(options.path));
  if (name.empty()) return Ok{};
  return Error{ErrorCode::unsupported,
               fmt::format("{} is on a {} file system, where locks and syncs cannot be relied on; "
                           "choose a data directory on a local disk",
                           options.path, name)};
}

// Settings that neither read nor write the file.
Status configure(Database& database, Durability durability) {
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database.execute(
      fmt::format("PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                  "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                  "PRAGMA cache_size=-32768; PRAGMA synchronous={}",
                  durability == Durability::power_loss ? "FULL" : "NORMAL"));
}

Status use_write_ahead_log(Database& database) {
  const std::string word = TRY(database.query_text("PRAGMA journal_mode=WAL"));
  if (word != "wal") {
    return Error{ErrorCode::unsupported,
                 fmt::format("{}: the file system allows no write-ahead log (journal mode is {}); "
                             "choose a data directory on a local disk",
                             database.path(), word)};
  }
  return database.execute("PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864");
}

Result<bool> needs_check(Database& database, const std::string& boot_id) {
  if (TRY(database.query_integer("PRAGMA user_version")) == 0) return false;
  if (TRY(database.query_integer("SELECT clean_stop FROM meta")) == 1) return false;
  if (TRY(database.query_text("SELECT boot_id FROM meta")) != boot_id) return true;
  const auto pages = TRY(database.query_integer("PRAGMA page_count"));
  return pages * TRY(database.query_integer("PRAGMA page_size")) <= kAlwaysCheckBytes;
}

Status check_after_unclean_stop(Database& database, const std::string& boot_id) {
  if (TRY(database.query_integer("PRAGMA application_id")) != kApplicationId) return Ok{};
  if (!TRY(needs_check(database, boot_id))) return Ok{};
  const std::string verdict = TRY(database.query_text("PRAGMA quick_check(1)"));
  if (verdict == "ok") return Ok{};
  return damaged(database.path(), verdict);
}

Status prepare_file(Database& database, const StorageOptions& options, WallTime now) {
  TRY(configure(database, options.durability));
  TRY(check_after_unclean_stop(database, options.boot_id));
  TRY(migrate(database, options.migrations, now, options.on_migration));
  return use_write_ahead_log(database);
}

}  // namespace

Result<std::string> network_file_system(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return errno_error("cannot look at " + folder);
  for (const FileSystem& known : kNetworkFileSystems) {
    if (static_cast<long>(info.f_type) == known.magic) return std::string(known.name);
  }
  return std::string();
}

Result<Database> open_for_writing(const StorageOptions& options, WallTime now) {
  TRY(refuse_network(options));
  Database database = TRY(Database::open(options.path, OpenMode::read_write, options.vfs));
  if (options.vfs.empty() && ::chmod(options.path.c_str(), 0600) != 0) {
    return errno_error("cannot make " + options.path + " private");
  }
  TRY(prepare_file(database, options, now));
  return database;
}

Result<Database> open_for_reading(const std::string& path, const std::string& vfs) {
  Database database = TRY(Database::open(path, OpenMode::read_only, vfs));
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  TRY(database.execute(
      "PRAGMA busy_timeout=2000; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;"
      "PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY"));
  const auto application = TRY(database.query_integer("PRAGMA application_id"));
  if (application != kApplicationId) return foreign_database(path, application);
  return database;
}

}  // namespace tidemill
