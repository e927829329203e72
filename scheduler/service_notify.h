// Tells systemd how the service is doing: datagrams to $NOTIFY_SOCKET, as sd_notify(3) describes.
// Without that variable every call does nothing. A datagram that finds no room in five seconds is
// lost: whoever waits for it times out, and that is the right answer. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/time.h"

namespace tidemill {

class ServiceNotify {
 public:
  // `environment` as getenv, "" for what is not set. An address that cannot be one is an error.
  using Environment = std::function<std::string(const std::string&)>;
  static Result<ServiceNotify> open(const Environment& environment);
  ServiceNotify() = default;

  bool is_there() const { return static_cast<bool>(socket_); }
  void ready(const std::string& status) const;
  void status(const std::string& status) const;
  void reloading() const;  // ready() says when that is done
  void stopping(const std::string& status) const;
  void extend_start(Duration by) const;  // a start that takes its time
  void beat() const;                     // the watchdog's

  // How often beat() is due, half of what systemd waits; nullopt = nobody watches this process.
  std::optional<Duration> beat_every() const { return beat_every_; }

 private:
  void send(const std::string& text) const;

  Fd socket_;
  std::optional<Duration> beat_every_;
};

}  // namespace tidemill
