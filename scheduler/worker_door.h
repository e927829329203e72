// Where workers of other machines come in: a TCP listener that speaks TLS alone, and the proof by
// which a stranger becomes a worker. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "protocol/channel.h"
#include "protocol/messages.h"

namespace tidemill {

// What is kept of a worker's token.
struct WorkerKey {
  std::string stored_key;  // stored_worker_key()
  bool revoked = false;
};

// Somebody who was sent away from the door, or a worker that came in and was cut off for what it
// said.
struct TurnedAway {
  std::string peer;     // "10.0.0.7:41234"
  std::string worker;   // the name it gave, as sent; empty = none
  bool proven = false;  // it has shown the token of that worker
  std::string why;
};

struct WorkerDoorConfig {
  std::string address, port;  // an IP address; port 0 = any free one
  std::string certificate_file, key_file;
  bool makes_certificate = false;  // when the files are not there
  // As of the last commit; nullopt = this worker never had a token.
  std::function<Result<std::optional<WorkerKey>>(const std::string& worker)> key_of;
  // Called on the scheduler's thread, as often as somebody knocks. Null = nobody wants to know.
  std::function<void(const TurnedAway&)> on_turned_away = {};
};

// Somebody who is at the door and has proven nothing yet.
struct Stranger {
  std::string peer;  // "10.0.0.7:41234"
  std::string nonce;
  BootTime leave_by;  // then it is sent away
};

class WorkerDoor {
 public:
  static Result<WorkerDoor> open(WorkerDoorConfig config);

  int fd() const { return listener_.get(); }
  int port() const { return port_; }
  // Reads the certificate anew; after an error the old one stays.
  Status reload();

  struct Guest {
    Channel channel;  // with the Challenge on its way; takes small frames only
    Stranger stranger;
  };
  Result<Guest> accept(BootTime now);
  // Finds out which worker the stranger is, into `found`. An error says, for people, why it is
  // none; it tells those without the right token nothing about which names there are. `found` then
  // still holds what there is to know of the stranger.
  struct Found {
    std::string worker;   // the name it gave
    bool proven = false;  // its token is, or was, that worker's
  };
  Status recognise(const Stranger& stranger, const Channel& channel, const Message& message,
                   Found& found) const;

  static constexpr std::size_t kMaxStrangers = 64;
  static constexpr std::size_t kMaxFrameOfStrangers = 4096;
  static constexpr Duration kPatience = std::chrono::seconds(10);

 private:
  WorkerDoor(WorkerDoorConfig config, TlsContext tls)
      : config_(std::move(config)), tls_(std::move(tls)) {}

  WorkerDoorConfig config_;
  TlsContext tls_;
  Fd listener_;
  int port_ = 0;
};

}  // namespace tidemill
