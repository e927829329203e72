// Starts the agent on this machine as a process of its own and starts it again when it ends. An
// agent that an earlier scheduler left running is used as it is: it holds the agent's lock and
// connects by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/time.h"

namespace tidemill {

class LocalAgent {
 public:
  // `command` empty = never starts anything. `lock_path` is the lock that a running agent holds.
  // What the agent prints goes to the file at `log_path`: it outlives our terminal and our pipes.
  LocalAgent(std::vector<std::string> command, std::string lock_path, std::string log_path);
  LocalAgent(LocalAgent&& other) noexcept = default;
  ~LocalAgent();  // leaves the process alone

  // Readable when our process has ended; -1 = there is none.
  int fd() const { return pidfd_.get(); }

  // Starts one if none is there and it is time to. Call when disconnected, and when fd() is
  // readable. An error when one after the other ended without ever connecting.
  Status keep_alive(BootTime now);
  // When keep_alive() should be called again; nullopt = only on events.
  std::optional<BootTime> retry_at() const { return pidfd_ ? std::nullopt : retry_at_; }
  // True once for each of our processes that ended.
  bool take_ended();
  void connected() { failures_ = 0; }
  // The last line of our last process; empty when it said nothing.
  std::string said() const;

 private:
  Status start();

  std::vector<std::string> command_;
  std::string lock_path_, log_path_;
  std::int64_t log_begin_ = 0;  // of what our last process wrote
  Fd pidfd_;
  int pid_ = 0;
  bool hopeless_ = false;  // the last one said that another would end just so
  int failures_ = 0;       // starts since an agent was last connected
  std::optional<BootTime> retry_at_;
};

}  // namespace tidemill
