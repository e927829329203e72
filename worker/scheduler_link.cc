#include "worker/scheduler_link.h"

#include <utility>

namespace tidemill {

SchedulerLink::SchedulerLink(Duration heartbeat_pause)
    : pause_(heartbeat_pause), thread_([this] { run(); }) {}

SchedulerLink::~SchedulerLink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Status SchedulerLink::connect(const std::string& socket_path) {
  Fd fd = TRY(connect_unix(socket_path));
  const std::lock_guard lock(mutex_);
  channel_ = Channel(std::move(fd));
  return Ok{};
}

void SchedulerLink::close() {
  const std::lock_guard lock(mutex_);
  channel_ = Channel();
  beating_ = false;
}

void SchedulerLink::send(const Message& message) {
  const std::lock_guard lock(mutex_);
  channel_.send(message);
}

Status SchedulerLink::flush() {
  const std::lock_guard lock(mutex_);
  return channel_.flush();
}

bool SchedulerLink::wants_write() {
  const std::lock_guard lock(mutex_);
  return channel_.wants_write();
}

void SchedulerLink::start_heartbeats() {
  const std::lock_guard lock(mutex_);
  beating_ = true;
}

void SchedulerLink::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause_, [this] { return stopping_; })) {
    // Unsent bytes mean that the scheduler does not read; more would not help.
    if (!beating_ || !channel_.open() || channel_.wants_write()) continue;
    channel_.send(message::Heartbeat{++sequence_});
    // A broken connection is met by the main thread when it reads.
    (void)channel_.flush();
  }
}

}  // namespace tidemill
