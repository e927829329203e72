// The one connection that writes. Each batch is one IMMEDIATE transaction; when commit() returns,
// it is on the disk. Checkpoints happen here and nowhere else: SQLite up to 3.51.2 can corrupt a
// file when two connections write or checkpoint at once. Used by one thread at a time.
//
// After any error, except a full disk where room could be made, the writer is broken and every
// later commit fails: a failed sync must never be tried again, because the kernel may have dropped
// the pages. The process stops, and the next start recovers from the write-ahead log.
#pragma once

#include <memory>
#include <string>

#include "scheduler/storage/open.h"
#include "scheduler/storage/rows.h"

namespace tidemill {

class Writer {
 public:
  // How the database was found, and what this start was given.
  struct Start {
    std::int64_t epoch = 0;  // of this scheduler; one higher than the last
    Counters counters;
    bool clean = true;      // the last scheduler ended by close()
    bool same_boot = true;  // since its start the host was not restarted
  };

  static Result<std::unique_ptr<Writer>> open(const StorageOptions& options, WallTime now);
  ~Writer();

  const Start& start() const { return start_; }

  Status commit(const Batch& batch);

  // Bytes that were written to the log since the last checkpoint. Above kCheckpointBytes the owner
  // calls checkpoint() when it has a moment.
  std::int64_t log_bytes() const;
  static constexpr std::int64_t kCheckpointBytes = 4 << 20;
  // Moves the log into the file as far as readers allow; never waits for them.
  Status checkpoint();

  // Records a clean stop and empties the log. Nothing may be committed afterwards.
  Status close();

 private:
  struct Statements;
  Writer(Database database, std::unique_ptr<Statements> statements, Start start);
  Status write(const Batch& batch);
  bool made_room();
  Status give_up(const Error& error);

  Database database_;
  std::unique_ptr<Statements> statements_;
  Start start_;
  std::function<bool()> make_room_;
  std::string broken_;  // why nothing can be committed any more
};

}  // namespace tidemill
