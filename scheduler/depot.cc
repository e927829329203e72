#include "scheduler/depot.h"

#include <sys/eventfd.h>

namespace tidemill {

Depot::Depot(std::string data_dir)
    : shelf_(std::move(data_dir)),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {
  CHECK(event_);
}

Depot::~Depot() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Depot::take(LinkId from, RunId run, message::Piece piece) {
  post(from, [run, piece = std::move(piece)](DepotShelf& shelf) -> Message {
    return piece.hash.empty() ? shelf.take_log(run, piece) : shelf.take_object(piece);
  });
}

void Depot::give(LinkId to, std::vector<RenderedInput> inputs, message::Fetch fetch) {
  post(to, [inputs = std::move(inputs), fetch = std::move(fetch)](DepotShelf& shelf) {
    return shelf.give(inputs, fetch);
  });
}

void Depot::post(LinkId link, Work work) {
  ++waiting_[link];
  {
    const std::lock_guard lock(mutex_);
    work_.emplace_back(link, std::move(work));
  }
  changed_.notify_one();
}

std::size_t Depot::waiting(LinkId link) const {
  const auto found = waiting_.find(link);
  return found == waiting_.end() ? 0 : found->second;
}

std::vector<std::pair<LinkId, Message>> Depot::answers() {
  eventfd_t count = 0;
  (void)::eventfd_read(event_.get(), &count);
  std::vector<std::pair<LinkId, Message>> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (const auto& [link, answer] : answers) {
    const auto found = waiting_.find(link);
    if (--found->second == 0) waiting_.erase(found);
  }
  return answers;
}

void Depot::run() {
  shelf_.clean();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !work_.empty(); });
    if (stopping_) return;
    auto [link, work] = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    Message answer = work(shelf_);
    lock.lock();
    answers_.emplace_back(link, std::move(answer));
    (void)::eventfd_write(event_.get(), 1);
  }
}

}  // namespace tidemill
