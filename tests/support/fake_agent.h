// An agent in a thread that runs no process: it answers every Start with Started and Ended at once.
// For tests and measurements of the scheduler alone.
#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "protocol/channel.h"

namespace tidemill {

class FakeAgent {
 public:
  // Its started_at and ended_at only say how long the attempt is told to have taken.
  using Behaviour = std::function<Outcome(const message::Start&)>;

  FakeAgent(std::string socket_path, int slots, Behaviour behaviour = {})
      : path_(std::move(socket_path)),
        slots_(slots),
        behaviour_(std::move(behaviour)),
        thread_([this] { serve(); }) {}
  ~FakeAgent() {
    stop_ = true;
    thread_.join();
  }

  std::int64_t starts() const { return starts_; }

 private:
  void serve() {
    Fd fd;
    while (!stop_ && !fd) {
      auto connected = connect_unix(path_);
      if (connected.ok())
        fd = std::move(*connected);
      else
        std::this_thread::yield();
    }
    if (!fd) return;
    Channel channel(std::move(fd));
    message::Hello hello;
    hello.worker = "fake";
    hello.boot_id = "boot";
    hello.slots = slots_;
    channel.send(hello);
    while (!stop_) {
      if (!channel.flush().ok()) return;
      pollfd waiting{channel.fd(), POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      auto messages = channel.receive();
      if (!messages.ok()) return;
      for (const Message& message : *messages) answer(channel, message);
    }
  }

  void answer(Channel& channel, const Message& message) {
    const auto* start = std::get_if<message::Start>(&message);
    if (start == nullptr || !seen_.insert(start->attempt).second) return;
    ++starts_;
    const WallTime now = system_now().wall;
    channel.send(message::Started{start->attempt, 1, now});
    message::Ended ended;
    ended.attempt = start->attempt;
    if (behaviour_) ended.outcome = behaviour_(*start);
    const std::int64_t took_us = ended.outcome.ended_at.us - ended.outcome.started_at.us;
    ended.outcome.started_at = now;
    ended.outcome.ended_at = {std::max(system_now().wall.us, now.us + took_us)};
    channel.send(ended);
  }

  std::string path_;
  int slots_;
  Behaviour behaviour_;
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> starts_{0};
  std::set<AttemptId> seen_;
  std::thread thread_;
};

}  // namespace tidemill
