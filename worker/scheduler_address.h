// Where a worker's scheduler is: behind a socket of this machine, or behind TLS on another one, to
// which the worker proves that it has its token.
#pragma once

#include <optional>
#include <string>

#include "protocol/tls.h"

namespace tidemill {

struct SchedulerAddress {
  std::string socket_path;  // of this machine; else
  std::string host, port;   // of another one
  std::string token;
  std::optional<TlsContext> tls;

  bool is_remote() const { return tls.has_value(); }
  std::string shown() const;
};

struct RemoteScheduler {
  std::string address;  // "scheduler.example.org:8421", "[2001:db8::1]:8421"
  std::string token_file;
  std::string ca_file, fingerprint;  // one of the two
};

// Reads the files. Refused: a token that others may read, that has not the shape of one, and a
// scheduler whose certificate nothing is known of.
Result<SchedulerAddress> remote_scheduler(const RemoteScheduler& named);

}  // namespace tidemill
