// Brings written logs and the journal to the disk in groups, on a thread of its own, so that the
// supervisor never waits for a disk: logs first, then the journal, so that a durable exit record
// has a durable log before it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/time.h"

namespace tidemill {

class LogSync {
 public:
  // At most one group per `pause`.
  explicit LogSync(Duration pause);
  ~LogSync();  // syncs what is left
  LogSync(const LogSync&) = delete;
  LogSync& operator=(const LogSync&) = delete;

  // The file was written to. Shared, because a log may be finished before it is synced.
  void mark(std::shared_ptr<const Fd> file);
  // From now on this is the journal.
  void set_journal(std::shared_ptr<const Fd> file);
  void mark_journal();

 private:
  void run();

  const Duration pause_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;                         // guarded by mutex_
  bool journal_dirty_ = false;                    // guarded by mutex_
  std::vector<std::shared_ptr<const Fd>> dirty_;  // guarded by mutex_
  std::shared_ptr<const Fd> journal_;             // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemill
