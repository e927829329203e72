#include "scheduler/storage/writer.h"

#include <sqlite3.h>

#include "base/fault_point.h"
#include "scheduler/storage/write_rows.h"

namespace tidemill {
namespace {

Result<Writer::Start> read_start(Database& database, const std::string& boot_id) {
  Statement meta = TRY(database.prepare(
      "SELECT epoch, next_run, next_attempt, next_worker, next_version, boot_id, clean_stop"
      " FROM meta"));
  if (!TRY(meta.step())) return damaged(database.path(), "The row of meta is missing");
  Writer::Start start;
  start.epoch = meta.integer(0) + 1;
  start.counters = {meta.integer(1), meta.integer(2), meta.integer(3), meta.integer(4)};
  start.same_boot = meta.text(5).empty() || meta.text(5) == boot_id;
  start.clean = meta.integer(6) == 1;
  return start;
}

Status check_epoch(const Writer::Start& start, const StorageOptions& options) {
  if (start.epoch >= options.least_epoch) return Ok{};
  const std::string folder = options.path.substr(0, options.path.rfind('/'));
  return conflict(
      fmt::format("the database {} is older than the last one used there, or new (it counts {} "
                  "starts, the worker {}). Put the right file back; or, to begin anew, remove "
                  "{}/worker and {}/logs once nothing of it runs any more, and repeat the command",
                  options.path, start.epoch - 1, options.least_epoch, folder, folder));
}

Status record_start(Database& database, const Writer::Start& start, const std::string& boot_id) {
  Statement update = TRY(database.prepare("UPDATE meta SET epoch=?, boot_id=?, clean_stop=0"));
  return update.bind(start.epoch, boot_id).run();
}

Status checkpoint_with(sqlite3* db, int mode) {
  const int code = sqlite3_wal_checkpoint_v2(db, "main", mode, nullptr, nullptr);
  // Busy: a reader holds old pages; the next checkpoint gets them.
  if (code == SQLITE_OK || code == SQLITE_BUSY) return Ok{};
  return sqlite_error(db, "cannot move the write-ahead log into the database");
}

// Called by SQLite after each commit with the pages that the log holds.
int note_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

std::string what_to_do(const Error& error) {
  if (error.message.find("disk is full") != std::string::npos) {
    return "; free some space and start again: nothing that was reported is lost";
  }
  return "; the scheduler stops here and recovers at its next start";
}

}  // namespace

struct Writer::Statements {
  RowWriter rows;
  Statement begin, commit;
  int log_pages = 0;
};

Result<std::unique_ptr<Writer>> Writer::open(const StorageOptions& options, WallTime now) {
  Database database = TRY(open_for_writing(options, now));
  Start start = TRY(read_start(database, options.boot_id));
  TRY(check_epoch(start, options));
  TRY(record_start(database, start, options.boot_id));
  auto statements = std::make_unique<Statements>();
  statements->rows = TRY(RowWriter::prepare(database));
  statements->begin = TRY(database.prepare("BEGIN IMMEDIATE"));
  statements->commit = TRY(database.prepare("COMMIT"));
  sqlite3_wal_hook(database.handle(), note_log_pages, &statements->log_pages);
  std::unique_ptr<Writer> writer(new Writer(std::move(database), std::move(statements), start));
  writer->make_room_ = options.make_room;
  return writer;
}

Writer::Writer(Database database, std::unique_ptr<Statements> statements, Start start)
    : database_(std::move(database)), statements_(std::move(statements)), start_(start) {}

// Members end in reverse order: the statements are finalized before the connection closes.
Writer::~Writer() = default;

Status Writer::commit(const Batch& batch) {
  if (!broken_.empty()) return unavailable(broken_);
  Status written = write(batch);
  if (!written.ok() && made_room()) written = write(batch);
  if (written.ok()) return written;
  return give_up(written.error());
}

// A write that found no room changed nothing and may be repeated, unlike a failed sync.
bool Writer::made_room() {
  const bool full = (sqlite3_errcode(database_.handle()) & 0xff) == SQLITE_FULL;
  if (!full || !make_room_) return false;
  if (database_.in_transaction() && !database_.execute("ROLLBACK").ok()) return false;
  return make_room_() && statements_->rows.undone(database_).ok();
}

Status Writer::write(const Batch& batch) {
  fault_point("FP1");
  TRY(statements_->begin.run());
  TRY(statements_->rows.write(database_, batch));
  fault_point("FP3");
  TRY(statements_->commit.run());
  fault_point("FP4");
  return Ok{};
}

Status Writer::give_up(const Error& error) {
  broken_ = error.message + what_to_do(error);
  if (database_.in_transaction()) {
    const Status undone = database_.execute("ROLLBACK");
    if (!undone.ok()) broken_ += "; " + undone.error().message;
  }
  return Error{error.code, broken_};
}

std::int64_t Writer::log_bytes() const {
  constexpr std::int64_t kFrameBytes = 4096 + 24;
  return statements_->log_pages * kFrameBytes;
}

Status Writer::checkpoint() {
  if (!broken_.empty()) return unavailable(broken_);
  statements_->log_pages = 0;
  fault_point("FP17");
  const Status done = checkpoint_with(database_.handle(), SQLITE_CHECKPOINT_PASSIVE);
  if (done.ok()) return done;
  return give_up(done.error());
}

Status Writer::close() {
  if (!broken_.empty()) return unavailable(broken_);
  TRY(database_.execute("UPDATE meta SET clean_stop=1"));
  broken_ = "the database was closed";
  fault_point("FP17");
  return checkpoint_with(database_.handle(), SQLITE_CHECKPOINT_TRUNCATE);
}

}  // namespace tidemill
