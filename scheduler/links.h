// The connections of agents: a Unix socket for those of this machine and perhaps a door for those
// of others, one Channel per agent, one epoll for them and for whatever else the loop waits for.
// What strangers at the door say never comes out of here. One thread.
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
#include "scheduler/worker_door.h"

namespace tidemill {

class Links {
 public:
  static Result<Links> listen(const std::string& socket_path);
  Status open_door(WorkerDoorConfig config);
  WorkerDoor* door() { return door_ ? &*door_ : nullptr; }

  // Also wakes wait() when this becomes readable. Level-triggered.
  Status watch(int fd);
  void unwatch(int fd);

  // Sleeps until something is there, at most `patience` (zero = only looks).
  Status wait(Duration patience);

  struct Inbox {
    std::vector<std::pair<LinkId, std::string>> gone;  // and why
    std::vector<std::pair<LinkId, Message>> messages;  // in order per link
    std::vector<TurnedAway> turned_away;               // from the door
  };
  // Accepts, reads, notices who is gone.
  Inbox take(BootTime now);

  Channel* find(LinkId link);
  void close(LinkId link);
  void refuse(LinkId link, const std::string& why);  // tells the peer why, and closes
  // Sends what the sockets take. Links that fail turn up as gone in the next inbox.
  void flush();
  std::size_t local_count() const;
  // Whose token the peer has proven; empty = it is of this machine.
  std::string proven_name(LinkId link) const;
  // Of another machine, "10.0.0.7:41234"; empty = of this one.
  std::string peer(LinkId link) const;
  // The link on which this worker's token was proven; none = there is none.
  LinkId find_proven(const std::string& worker) const;

 private:
  struct Link {
    Channel channel;
    bool waits_for_write = false;
    std::string worker;                // proven
    std::optional<Stranger> stranger;  // until then
    std::string peer;                  // of another machine
  };
  void accept_new();
  void accept_at_door(BootTime now, Inbox& inbox);
  LinkId add(Link link);
  void read(LinkId id, Inbox& inbox);
  bool admit(LinkId id, Link& link, const Message& message, Inbox& inbox);
  void send_away(LinkId id, const std::string& why, Inbox& inbox, WorkerDoor::Found found = {});
  void send_away_the_slow(BootTime now, Inbox& inbox);
  void drop(LinkId id, std::string why);

  Fd epoll_, listener_;
  std::map<LinkId, Link> channels_;
  std::vector<LinkId> readable_;
  std::optional<WorkerDoor> door_;
  bool can_accept_ = false;
  bool somebody_at_door_ = false;
  std::int64_t next_link_ = 1;
  std::vector<std::pair<LinkId, std::string>> failed_;
};

}  // namespace tidemill
