// Plays the agent towards a real supervisor process.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/channel.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace tidemill::testing {

class SupervisorClient {
 public:
  // Starts a supervisor in `directory` and attaches.
  explicit SupervisorClient(std::string directory, int slots = 4,
                            std::vector<std::string> environment = {});

  ChildProcess& process() { return *process_; }
  // Another supervisor in the same folder, after the last one ended.
  void restart(std::vector<std::string> environment = {});
  void attach(int slots);
  // False when the supervisor has ended before it could be attached to.
  bool try_attach(int slots);
  void detach() { channel_ = Channel(); }
  bool attached() const { return channel_.open(); }

  // A Spawn with the usual fields; log path from log_path().
  message::Spawn order(std::int64_t attempt, std::vector<std::string> argv) const;
  message::Spawn script(std::int64_t attempt, const std::string& text) const;
  void send(const Message& message);
  void run(const message::Spawn& spawn) { send(spawn); }
  // Sent with the next pump_blocking(), which also waits for something to arrive.
  void queue(const Message& message) { channel_.send(message); }
  void pump_blocking();

  // Each fails the test at its deadline and then returns an empty value.
  message::Spawned await_spawned(std::int64_t attempt);
  message::ExitRecord await_exit(std::int64_t attempt, double seconds = 300);
  // Reads what is there now.
  void pump();
  bool has_exited(std::int64_t attempt) const { return exits_.contains(attempt); }
  const std::optional<message::Inventory>& inventory() const { return inventory_; }
  std::size_t exit_count() const { return exits_.size(); }

  std::string log_path(std::int64_t attempt) const;
  std::string log(std::int64_t attempt) const { return read_text(log_path(attempt)); }
  // What the task itself wrote to `stream`, lines put together again.
  std::string log_text(std::int64_t attempt, const std::string& stream = "stdout") const;
  const std::string& directory() const { return directory_; }

  std::string linger_ms = "60000";
  std::string log_cap_bytes = "67108864";

 private:
  std::string directory_;
  std::unique_ptr<ChildProcess> process_;
  Channel channel_;
  std::map<std::int64_t, message::Spawned> spawned_;
  std::map<std::int64_t, message::ExitRecord> exits_;
  std::optional<message::Inventory> inventory_;
};

}  // namespace tidemill::testing
