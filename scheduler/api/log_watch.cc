#include "scheduler/api/log_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace tidemill::api {
namespace {

// A log that grows all the time is told of so often and not with every line.
constexpr Duration kAtMostEvery = std::chrono::milliseconds(100);
// Of logs that cannot be watched, perhaps only because they are not there yet.
constexpr Duration kLookEvery = std::chrono::seconds(1);
constexpr Duration kIdle = std::chrono::seconds(10);

std::int64_t size_of(const std::string& file) {
  struct stat st {};
  return ::stat(file.c_str(), &st) == 0 ? std::int64_t{st.st_size} : -1;
}

}  // namespace

LogWatch::LogWatch(Duration forget_after)
    : forget_after_(forget_after),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LogWatch::~LogWatch() { stop(); }

Status LogWatch::start(http::EventHub& hub) {
  if (!wakeup_) return unavailable("cannot make an eventfd: too many files are open");
  hub_ = &hub;
  thread_ = std::thread([this] { run(); });
  return Ok{};
}

void LogWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!::write(wakeup_.get(), &one, sizeof one);
  thread_.join();
}

void LogWatch::add(const std::string& topic, const std::string& file, const std::string& dag) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (logs_.size() >= kMostLogs && !logs_.contains(topic))) return;
    Log& log = logs_[topic];
    log.file = file;
    log.dag = dag;
    log.wanted_at = system_now().boot;
    if (log.watch < 0) watch(log);
  }
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable already.
  (void)!::write(wakeup_.get(), &one, sizeof one);
}

void LogWatch::watch(Log& log) {
  if (inotify_) log.watch = ::inotify_add_watch(inotify_.get(), log.file.c_str(), IN_MODIFY);
}

// False when it is time to end.
bool LogWatch::wait(Duration patience) {
  pollfd ready[] = {{wakeup_.get(), POLLIN, 0}, {inotify_.get(), POLLIN, 0}};
  const int ms = patience < Duration{} ? -1 : static_cast<int>(patience.count() / 1000);
  ::poll(ready, 2, ms);
  std::uint64_t count = 0;
  (void)!::read(wakeup_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return !stopping_;
}

// Which log it was is found by its size; only those that are gone have to be known.
void LogWatch::read_events() {
  alignas(inotify_event) char buffer[4096];
  ssize_t size = 0;
  while (inotify_ && (size = ::read(inotify_.get(), buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof *event + event->len);
      if ((event->mask & IN_IGNORED) == 0) continue;
      for (auto& [topic, log] : logs_) {
        if (log.watch == event->wd) log.watch = -1;
      }
    }
  }
}

void LogWatch::look() {
  std::vector<http::HubEvent> events;
  for (auto& [topic, log] : logs_) {
    if (log.watch < 0) watch(log);
    const std::int64_t size = size_of(log.file);
    if (size == log.told_size) continue;
    log.told_size = size;
    events.push_back({topic, "log", log.dag, fmt::format("{{\"size\":{}}}", size), topic});
  }
  if (!events.empty()) hub_->publish(std::move(events));
}

void LogWatch::forget(BootTime now) {
  for (auto it = logs_.begin(); it != logs_.end();) {
    const bool wanted = hub_->has_readers(it->first);
    if (wanted) it->second.wanted_at = now;
    if (wanted || now - it->second.wanted_at < forget_after_) {
      ++it;
      continue;
    }
    const int watch = it->second.watch;
    it = logs_.erase(it);
    const bool shared = std::any_of(logs_.begin(), logs_.end(),
                                    [&](const auto& log) { return log.second.watch == watch; });
    if (watch >= 0 && !shared) ::inotify_rm_watch(inotify_.get(), watch);
  }
}

void LogWatch::run() {
  Duration patience{-1};
  while (wait(patience)) {
    {
      const std::lock_guard lock(mutex_);
      read_events();
      look();
      forget(system_now().boot);
      const bool all_watched = std::all_of(logs_.begin(), logs_.end(),
                                           [](const auto& log) { return log.second.watch >= 0; });
      patience = logs_.empty() ? Duration{-1} : all_watched ? kIdle : kLookEvery;
    }
    pollfd woken{wakeup_.get(), POLLIN, 0};
    ::poll(&woken, 1, static_cast<int>(kAtMostEvery.count() / 1000));
  }
}

}  // namespace tidemill::api
