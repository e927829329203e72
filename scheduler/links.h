// The connections of agents: one listening socket, one Channel per agent, one epoll for them and
// for whatever else the loop waits for. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/time.h"
#include "protocol/channel.h"
#include "scheduler/shell_effect.h"

namespace tidemill {

class Links {
 public:
  static Result<Links> listen(const std::string& socket_path);

  // Also wakes wait() when this becomes readable. Level-triggered.
  Status watch(int fd);
  void unwatch(int fd);

  // Sleeps until something is there, at most `patience` (zero = only looks).
  Status wait(Duration patience);

  struct Inbox {
    std::vector<std::pair<LinkId, std::string>> gone;  // and why
    std::vector<std::pair<LinkId, Message>> messages;  // in order per link
  };
  // Accepts, reads, notices who is gone.
  Inbox take();

  Channel* find(LinkId link);
  void close(LinkId link);
  // Sends what the sockets take. Links that fail turn up as gone in the next inbox.
  void flush();
  std::size_t count() const { return channels_.size(); }

 private:
  struct Link {
    Channel channel;
    bool waits_for_write = false;
  };
  void accept_new();
  void read(LinkId id, Inbox& inbox);
  void drop(LinkId id, std::string why);

  Fd epoll_, listener_;
  std::map<LinkId, Link> channels_;
  std::vector<LinkId> readable_;
  bool can_accept_ = false;
  std::int64_t next_link_ = 1;
  std::vector<std::pair<LinkId, std::string>> failed_;
};

}  // namespace tidemill
