#include "worker/scheduler_link.h"

#include <utility>

namespace tidemill {
namespace {

// An answer that comes later than so many beats renews nothing that matters.
constexpr std::size_t kBeatsKept = 16;

}  // namespace

SchedulerLink::SchedulerLink() : thread_([this] { run(); }) {}

SchedulerLink::~SchedulerLink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Status SchedulerLink::connect(const SchedulerAddress& address) {
  std::unique_ptr<TlsStream> tls;
  if (address.is_remote()) tls = TRY(TlsStream::connect(*address.tls, address.host));
  Fd fd = address.is_remote() ? TRY(connect_tcp(address.host, address.port))
                              : TRY(connect_unix(address.socket_path));
  const std::lock_guard lock(mutex_);
  channel_ = Channel(std::move(fd), std::move(tls));
  return Ok{};
}

Result<std::vector<Message>> SchedulerLink::receive() {
  const std::lock_guard lock(mutex_);
  return channel_.receive();
}

void SchedulerLink::close() {
  const std::lock_guard lock(mutex_);
  channel_ = Channel();
  beating_ = false;
  beats_.clear();
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

void SchedulerLink::start_heartbeats(Duration pause) {
  {
    const std::lock_guard lock(mutex_);
    beating_ = true;
    pause_ = pause;
  }
  changed_.notify_one();
}

std::optional<BootTime> SchedulerLink::sent_at(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto beat = beats_.find(sequence);
  if (beat == beats_.end()) return std::nullopt;
  return beat->second;
}

void SchedulerLink::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // Woken early when the pause has changed, and then a beat too many does no harm.
    changed_.wait_for(lock, pause_);
    if (stopping_) return;
    // Unsent bytes mean that the scheduler does not read; more would not help.
    if (!beating_ || !channel_.open() || channel_.wants_write()) continue;
    beats_[++sequence_] = system_now().boot;
    if (beats_.size() > kBeatsKept) beats_.erase(beats_.begin());
    channel_.send(message::Heartbeat{sequence_});
    // A broken connection is met by the main thread when it reads.
    (void)channel_.flush();
  }
}

}  // namespace tidemill
