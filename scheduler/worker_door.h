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

struct WorkerDoorConfig {
  std::string address, port;  // an IP address; port 0 = any free one
  std::string certificate_file, key_file;
  bool makes_certificate = false;  // when the files are not there
  // As of the last commit; nullopt = this worker never had a token.
  std::function<Result<std::optional<WorkerKey>>(const std::string& worker)> key_of;
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
  // The name of the worker that the stranger is. An error says, for people, why it is none; it
  // tells those without the right token nothing about which names there are.
  Result<std::string> recognise(const Stranger& stranger, const Channel& channel,
                                const Message& message) const;

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
