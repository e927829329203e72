// The agent's connection to its supervisor, which it starts when none is alive.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "protocol/channel.h"

namespace tidemill {

class SupervisorLink {
 public:
  SupervisorLink(std::string worker_directory, std::vector<std::string> command)
      : directory_(std::move(worker_directory)), command_(std::move(command)) {}

  // Connects and attaches, or starts a supervisor so that a later try succeeds. The inventory is
  // the first message to arrive.
  Status connect(int slots);
  Channel& channel() { return channel_; }
  void close() { channel_ = Channel(); }
  // The last line of the supervisors that we started since one could be reached, the one of now may
  // not have come to speak yet; empty when none said anything.
  std::string said() const;

 private:
  Status start_supervisor();
  std::string log_path() const { return directory_ + "/supervisor.log"; }

  const std::string directory_;
  const std::vector<std::string> command_;
  Channel channel_;
  std::int64_t log_begin_ = 0;  // of what the last one wrote
  std::string said_before_;     // by those before it
  pid_t started_ = 0;           // the supervisor that we started last, until it is reaped
  BootTime started_at_{-10'000'000};
};

}  // namespace tidemill
