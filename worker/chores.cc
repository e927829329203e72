#include "worker/chores.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/check.h"

namespace tidemill {

Chores::Chores() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); }) {
  CHECK(event_);
}

Chores::~Chores() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Chores::post(Chore chore) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(chore));
  }
  changed_.notify_one();
}

void Chores::finish() {
  eventfd_t count = 0;
  (void)::eventfd_read(event_.get(), &count);
  std::vector<Completion> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const Completion& completion : done) completion();
}

void Chores::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Chore chore = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Completion completion = chore();
    lock.lock();
    done_.push_back(std::move(completion));
    (void)::eventfd_write(event_.get(), 1);
  }
}

}  // namespace tidemill
