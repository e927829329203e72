// Commits batches in order, one at a time. A small batch is committed by the caller itself: handing
// it to another thread and back costs two wake-ups, more than half of what the sync takes. A large
// one, and every checkpoint, goes to the writer thread, so that the caller's turn stays short and
// it can gather the next batch meanwhile. The connection is used by one thread at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/fd.h"
#include "scheduler/storage/writer.h"

namespace tidemill {

class Committer {
 public:
  static constexpr std::size_t kInlineRows = 128;

  static Result<std::unique_ptr<Committer>> start(std::unique_ptr<Writer> writer);
  ~Committer();  // waits for the job in hand

  // Readable when a job of the writer thread has ended.
  int fd() const { return done_.get(); }
  bool busy() const { return busy_; }

  // Requires !busy().
  Status commit_here(const Batch& batch);
  void commit_there(const Batch* batch);  // the batch must live until poll() says that it is done
  void checkpoint_there();
  enum class Urgency { when_idle, now };  // now: the log has grown far beyond what it should be
  std::optional<Urgency> wants_checkpoint() const;  // nullopt while busy

  // Sleeps until fd() is readable.
  void wait() const;
  // The outcome of the writer thread's job, once; nullopt while it works or has none.
  std::optional<Status> poll();

  // Waits for the job in hand, records a clean stop.
  Status close();

 private:
  enum class Job { none, commit, checkpoint, stop };
  Committer(std::unique_ptr<Writer> writer, Fd done);
  void begin(Job job);
  void work();

  std::unique_ptr<Writer> writer_;
  Fd done_;
  bool busy_ = false;  // the caller's view

  std::mutex mutex_;  // guards what follows
  std::condition_variable begun_, ended_;
  Job job_ = Job::none;
  const Batch* batch_ = nullptr;
  std::optional<Status> outcome_;
  std::thread thread_;
};

}  // namespace tidemill
