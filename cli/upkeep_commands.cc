#include "cli/upkeep_commands.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/fd.h"
#include "base/text.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "scheduler/restore.h"
#include "scheduler/storage/backup.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

// "2026-11-22T08:54:03Z" as a part of a name: "20261122T085403Z".
std::string stamp(WallTime now) {
  std::string text = format_rfc3339({now.us / 1'000'000 * 1'000'000});
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

// Only an older copy is replaced.
Result<std::string> place_for(const std::string& destination) {
  std::error_code failed;
  fs::path path = fs::absolute(destination, failed);
  if (failed) return unavailable("cannot resolve " + destination + ": " + failed.message());
  if (fs::is_directory(path, failed))
    path /= fmt::format("tidemill-{}.db", stamp(system_now().wall));
  if (fs::exists(path, failed) && !read_facts(path.string()).ok()) {
    return conflict(
        fmt::format("{} is there and is no copy of a Tidemill database; it was left as "
                    "it is",
                    path.string()));
  }
  return path.lexically_normal().string();
}

Status put_in_place(const std::string& partial, const std::string& place) {
  if (::rename(partial.c_str(), place.c_str()) != 0) {
    return errno_error(fmt::format("cannot rename {} to {}", partial, place));
  }
  const std::string folder = fs::path(place).parent_path().string();
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return errno_error("cannot sync " + folder);
  return Ok{};
}

Result<std::string> back_up(const BackupCommand& options) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  const std::string source = data_dir + "/tidemill.db";
  if (::access(source.c_str(), F_OK) != 0) return not_found("there is no " + source);
  const std::string place = TRY(place_for(options.destination));
  const std::string partial = fmt::format("{}.partial-{}", place, ::getpid());
  TRY(copy_database(source, partial));
  const Status put = put_in_place(partial, place);
  if (!put.ok()) {
    ::unlink(partial.c_str());
    return put.error();
  }
  return place;
}

std::string size_of(const std::string& path) {
  struct stat info {};
  const bool there = ::stat(path.c_str(), &info) == 0;
  return format_bytes(there ? static_cast<std::uint64_t>(info.st_size) : 0);
}

Result<std::string> database_of(const DbCommand& options) {
  std::string path = options.file;
  if (path.empty()) path = TRY(resolve_data_dir(options.data_dir)) + "/tidemill.db";
  if (::access(path.c_str(), F_OK) != 0) return not_found("there is no " + path);
  return path;
}

void print_check(const std::string& path, const DatabaseCheck& check, bool as_json) {
  if (as_json) {
    Json json;
    json.set("file", path);
    json.set("schema", check.facts.schema);
    json.set("runs", check.runs);
    json.set("audit_entries", check.audit_rows);
    Json::Array problems;
    for (const std::string& problem : check.problems) problems.emplace_back(problem);
    json.set("problems", std::move(problems));
    fmt::print("{}\n", json.dump());
    return;
  }
  for (const std::string& problem : check.problems) fmt::print("{}\n", printable(problem, 1000));
  if (check.problems.empty()) {
    fmt::print("{} is whole: schema {}, {}, {}\n", path, check.facts.schema,
               plural(check.runs, "run"),
               check.audit_rows == 1 ? "1 audit entry"
                                     : fmt::format("{} audit entries", check.audit_rows));
  } else {
    fmt::print(
        "{} is damaged. Stop the scheduler, keep the file, and restore the last good copy: "
        "tidemill restore FILE\n",
        path);
  }
}

}  // namespace

int run_backup(const BackupCommand& options) {
  const auto place = back_up(options);
  if (!place.ok()) return report(place.error());
  if (options.json) {
    Json json;
    json.set("file", *place);
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{} ({}), checked\n", *place, size_of(*place));
  }
  return kExitOk;
}

int run_restore(const RestoreCommand& options) {
  const auto data_dir = resolve_data_dir(options.data_dir);
  if (!data_dir.ok()) return report(data_dir.error());
  const auto restored = restore_database({options.file, *data_dir, options.accept_rollback},
                                         system_now().wall);
  if (!restored.ok()) return report(restored.error());
  fmt::print("{}/tidemill.db is {} now, with {}\n", *data_dir, options.file,
             plural(restored->check.runs, "run"));
  if (!restored->kept.empty()) fmt::print("The one that was there is kept: {}\n", restored->kept);
  if (restored->is_rollback) {
    fmt::print(
        "What was recorded after the copy is gone; its tasks that still run are ended by the "
        "next start.\n");
  }
  return kExitOk;
}

int run_db(const DbCommand& options) {
  if (options.action != "check") return report(invalid("db: there is only `tidemill db check`"));
  const auto path = database_of(options);
  if (!path.ok()) return report(path.error());
  const auto check = check_database(*path);
  if (!check.ok()) return report(check.error());
  print_check(*path, *check, options.json);
  return check->problems.empty() ? kExitOk : kExitFailed;
}

}  // namespace tidemill
