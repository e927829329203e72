#include "scheduler/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/fd.h"
#include "scheduler/data_lock.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;

// When nobody knows which numbers were given out since the copy was made.
constexpr std::int64_t kNumbersLeftOut = 1'000'000;

// What the folder knows of the schedulers that used it.
struct Seen {
  bool has_database = false;
  bool readable = false;
  DatabaseFacts facts;  // of its database, when that can be read
  std::int64_t obeyed = 0;
  std::int64_t epoch() const { return std::max(facts.epoch, obeyed); }
};

Result<Seen> look_at(const std::string& data_dir) {
  Seen seen;
  const std::string path = data_dir + "/tidemill.db";
  seen.obeyed = TRY(obeyed_epoch(data_dir));
  seen.has_database = ::access(path.c_str(), F_OK) == 0;
  if (!seen.has_database) return seen;
  // One that is damaged is a reason to restore.
  auto facts = read_facts(path);
  seen.readable = facts.ok();
  if (facts.ok()) seen.facts = *facts;
  return seen;
}

// Another start, or numbers that the copy does not know.
bool is_newer(const Seen& seen, const DatabaseFacts& copy) {
  return seen.epoch() > copy.epoch || seen.facts.counters.next_run > copy.counters.next_run ||
         seen.facts.counters.next_attempt > copy.counters.next_attempt;
}

Status refuse_rollback(const RestoreRequest& request, const DatabaseFacts& copy, const Seen& seen) {
  if (!is_newer(seen, copy) || request.accept_rollback) return Ok{};
  return conflict(fmt::format(
      "{} is older than what {} holds (start {} and run {}, there start {} and run {}): what was "
      "recorded since would be gone, and its tasks that still run would be ended. If that is "
      "meant, "
      "add --accept-rollback",
      request.file, request.data_dir, copy.epoch, copy.counters.next_run - 1, seen.epoch(),
      seen.readable ? fmt::format("{}", seen.facts.counters.next_run - 1) : "unknown"));
}

// No number that was given out since the copy was made may be given out again: it names logs, and
// attempts that may still run.
DatabaseFacts least_for(const DatabaseFacts& copy, const Seen& seen) {
  DatabaseFacts least = seen.facts;
  least.epoch = seen.epoch();
  if (seen.readable || seen.epoch() <= copy.epoch) return least;
  least.counters.next_run = copy.counters.next_run + kNumbersLeftOut;
  least.counters.next_attempt = copy.counters.next_attempt + kNumbersLeftOut;
  least.counters.next_worker = copy.counters.next_worker;
  least.counters.next_version = copy.counters.next_version + kNumbersLeftOut;
  return least;
}

Status sync_folder(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return errno_error("cannot sync " + path);
  return Ok{};
}

Status move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return Ok{};
  return errno_error(fmt::format("cannot rename {} to {}", from, to));
}

// The old database goes aside with its log, which belongs to no other.
Result<std::string> put_aside(const std::string& path, const Seen& seen, WallTime now) {
  if (!seen.has_database) return std::string();
  const std::string kept = fmt::format("{}.replaced-{}", path, now.us / 1'000'000);
  for (const char* suffix : {"", "-wal", "-shm"}) TRY(move(path + suffix, kept + suffix));
  return kept;
}

Status prepare_copy(const std::string& from, const std::string& to, const DatabaseFacts& least) {
  ::unlink(to.c_str());
  TRY(copy_database(from, to));
  TRY(raise_counters(to, least));
  for (const char* suffix : {"-journal", "-wal", "-shm"}) ::unlink((to + suffix).c_str());
  const Fd fd(::open(to.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return errno_error("cannot sync " + to);
  return Ok{};
}

}  // namespace

Result<Restored> restore_database(const RestoreRequest& request, WallTime now) {
  if (::access(request.file.c_str(), R_OK) != 0) {
    const bool missing = errno == ENOENT;
    const Error error = errno_error("cannot read " + request.file);
    return Error{missing ? ErrorCode::not_found : error.code, error.message};
  }
  Restored restored;
  restored.check = TRY(check_database(request.file));
  if (!restored.check.problems.empty()) {
    return corrupt(fmt::format("{} is not whole and was not restored: {}", request.file,
                               restored.check.problems.front()));
  }
  const DatabaseFacts& copy = restored.check.facts;
  if (copy.schema > newest_schema()) {
    return Error{ErrorCode::unsupported,
                 fmt::format("{} was written by a newer Tidemill (schema {}, this build knows {})",
                             request.file, copy.schema, newest_schema())};
  }
  TRY(make_directories(request.data_dir, true));
  const Fd lock = TRY(lock_data_directory(request.data_dir));
  const Seen seen = TRY(look_at(request.data_dir));
  TRY(refuse_rollback(request, copy, seen));
  restored.is_rollback = is_newer(seen, copy);
  const std::string path = request.data_dir + "/tidemill.db";
  const std::string fresh = path + ".restoring";
  TRY(prepare_copy(request.file, fresh, least_for(copy, seen)));
  restored.kept = TRY(put_aside(path, seen, now));
  TRY(move(fresh, path));
  TRY(sync_folder(request.data_dir));
  return restored;
}

}  // namespace tidemill
