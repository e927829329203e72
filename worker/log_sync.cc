#include "worker/log_sync.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tidemill {
namespace {

// From here on one syncfs is cheaper than so many fdatasyncs, and fewer descriptors are held.
constexpr std::size_t kManyFiles = 32;

// A failed sync is not retried (the kernel reports it once and drops the pages); the scheduler's
// commit of the result is what counts, and a log that a dying disk lost cannot be had back.
void sync_files(const std::vector<std::shared_ptr<const Fd>>& files) {
  if (files.size() > kManyFiles) {
    (void)::syncfs(files.front()->get());
    return;
  }
  for (const auto& file : files) (void)::fdatasync(file->get());
}

}  // namespace

LogSync::LogSync(Duration pause) : pause_(pause), thread_([this] { run(); }) {}

LogSync::~LogSync() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void LogSync::mark(std::shared_ptr<const Fd> file) {
  const std::lock_guard lock(mutex_);
  // All logs lie on one file system, so beyond many one of them stands for all.
  if (dirty_.size() > kManyFiles || std::find(dirty_.begin(), dirty_.end(), file) != dirty_.end())
    return;
  dirty_.push_back(std::move(file));
  if (dirty_.size() == 1) changed_.notify_one();
}

void LogSync::set_journal(std::shared_ptr<const Fd> file) {
  const std::lock_guard lock(mutex_);
  journal_ = std::move(file);
}

void LogSync::mark_journal() {
  const std::lock_guard lock(mutex_);
  if (journal_dirty_) return;
  journal_dirty_ = true;
  changed_.notify_one();
}

void LogSync::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || journal_dirty_ || !dirty_.empty(); });
    changed_.wait_for(lock, pause_, [this] { return stopping_; });
    const bool last = stopping_;
    auto files = std::exchange(dirty_, {});
    auto journal = std::exchange(journal_dirty_, false) ? journal_ : nullptr;
    lock.unlock();
    sync_files(files);
    if (journal) (void)::fdatasync(journal->get());
    files.clear();
    lock.lock();
    if (last) return;
  }
}

}  // namespace tidemill
