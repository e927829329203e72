#include "scheduler/committer.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace tidemill {

Result<std::unique_ptr<Committer>> Committer::start(std::unique_ptr<Writer> writer) {
  Fd done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!done) return errno_error("cannot make an eventfd");
  return std::unique_ptr<Committer>(new Committer(std::move(writer), std::move(done)));
}

Committer::Committer(std::unique_ptr<Writer> writer, Fd done)
    : writer_(std::move(writer)), done_(std::move(done)), thread_([this] { work(); }) {}

Committer::~Committer() {
  {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return job_ == Job::none; });
    job_ = Job::stop;
  }
  begun_.notify_one();
  thread_.join();
}

Status Committer::commit_here(const Batch& batch) {
  CHECK(!busy_);
  return writer_->commit(batch);
}

void Committer::commit_there(const Batch* batch) {
  batch_ = batch;
  begin(Job::commit);
}

void Committer::checkpoint_there() { begin(Job::checkpoint); }

std::optional<Committer::Urgency> Committer::wants_checkpoint() const {
  if (busy_ || writer_->log_bytes() < Writer::kCheckpointBytes) return std::nullopt;
  return writer_->log_bytes() < 4 * Writer::kCheckpointBytes ? Urgency::when_idle : Urgency::now;
}

void Committer::begin(Job job) {
  CHECK(!busy_);
  busy_ = true;
  {
    const std::lock_guard lock(mutex_);
    CHECK(job_ == Job::none);
    job_ = job;
  }
  begun_.notify_one();
}

void Committer::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    begun_.wait(lock, [this] { return job_ != Job::none; });
    if (job_ == Job::stop) return;
    const Job job = job_;
    lock.unlock();
    Status outcome = job == Job::commit ? writer_->commit(*batch_) : writer_->checkpoint();
    lock.lock();
    outcome_ = std::move(outcome);
    job_ = Job::none;
    ended_.notify_one();
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable already.
    (void)!::write(done_.get(), &one, sizeof one);
  }
}

void Committer::wait() const {
  pollfd waiting{done_.get(), POLLIN, 0};
  ::poll(&waiting, 1, -1);
}

std::optional<Status> Committer::poll() {
  std::uint64_t count = 0;
  if (!busy_ || ::read(done_.get(), &count, sizeof count) < 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  busy_ = false;
  return std::exchange(outcome_, std::nullopt);
}

Status Committer::close() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return job_ == Job::none; });
  if (outcome_ && !outcome_->ok()) return *outcome_;
  return writer_->close();
}

}  // namespace tidemill
