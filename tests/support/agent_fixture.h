// Plays the scheduler towards a real agent process (and the supervisor that it starts).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/channel.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace tidemill::testing {

class AgentFixture {
 public:
  AgentFixture();
  ~AgentFixture();  // ends agent, supervisor and whatever they started

  // Starts an agent and welcomes it.
  void start_agent(int slots = 2, std::vector<std::string> environment = {}, int lease_ms = 60'000);
  ChildProcess& agent() { return *agent_; }
  pid_t supervisor_pid() const;  // 0 = none is there now
  // Accepts a connection and answers Hello. False when the agent ended before it came.
  bool try_welcome(std::int64_t epoch = 1);
  void welcome(std::int64_t epoch = 1);
  // The scheduler is gone: its socket too.
  void stop_listening() {
    disconnect();
    listener_.reset();
  }
  // Sent with the next pump().
  void queue(const Message& message) { channel_.send(message); }
  void disconnect() { channel_ = Channel(); }
  bool connected() const { return channel_.open(); }
  const message::Hello& hello() const { return hello_; }

  message::Start order(std::int64_t attempt, std::vector<std::string> argv) const;
  message::Start script(std::int64_t attempt, const std::string& text) const;
  void send(const Message& message);
  void acknowledge(std::int64_t attempt) { send(message::Acknowledge{{AttemptId{attempt}}}); }
  void pump();
  void pump_blocking();  // waits for something to arrive, first

  message::Started await_started(std::int64_t attempt);
  Outcome await_end(std::int64_t attempt, double seconds = 300);
  Outcome run(const message::Start& start);
  bool has_ended(std::int64_t attempt) const { return ends_.contains(attempt); }
  std::size_t heartbeats() const { return heartbeats_; }
  const std::vector<message::Progress>& progress() const { return progress_; }
  void forget_ends() { ends_.clear(); }

  std::string log(std::int64_t attempt) const;
  // Texts of one stream, without the stamps.
  std::string log_text(std::int64_t attempt, const std::string& stream) const;
  const std::string& data() const { return data_; }
  std::string worker_directory() const { return data_ + "/worker"; }
  TemporaryDirectory& folder() { return folder_; }

 private:
  TemporaryDirectory folder_;
  std::string data_;
  Fd listener_;
  Channel channel_;
  std::unique_ptr<ChildProcess> agent_;
  message::Hello hello_;
  std::map<std::int64_t, message::Started> started_;
  std::map<std::int64_t, Outcome> ends_;
  std::vector<message::Progress> progress_;
  std::size_t heartbeats_ = 0;
};

}  // namespace tidemill::testing
