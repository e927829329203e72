#include "scheduler/service_notify.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>

#include "base/text.h"

namespace tidemill {
namespace {

// How long a message waits for whoever manages services to read earlier ones. A beat waits not at
// all: the next one says the same.
constexpr int kPatienceMs = 5'000;

Result<Fd> connect_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((name[0] != '/' && name[0] != '@') || name.size() >= sizeof address.sun_path) {
    return invalid("$NOTIFY_SOCKET is neither a path nor an abstract name: " + printable(name));
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  // An abstract name begins with a zero byte and has no end mark.
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                           (name[0] == '@' ? 0 : 1));
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot make a socket for $NOTIFY_SOCKET");
  const auto* bytes = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), bytes, size) != 0) {
    return errno_error("cannot reach $NOTIFY_SOCKET " + printable(name));
  }
  return fd;
}

// The variables reach every child too; the watchdog means one process.
std::optional<Duration> watchdog_of(const ServiceNotify::Environment& environment) {
  const auto us = to_int(environment("WATCHDOG_USEC"));
  const std::string pid = environment("WATCHDOG_PID");
  if (!us || *us < 2 || (!pid.empty() && to_int(pid) != ::getpid())) return std::nullopt;
  return Duration(*us / 2);
}

}  // namespace

Result<ServiceNotify> ServiceNotify::open(const Environment& environment) {
  ServiceNotify notify;
  const std::string name = environment("NOTIFY_SOCKET");
  if (name.empty()) return notify;
  notify.socket_ = TRY(connect_to(name));
  notify.beat_every_ = watchdog_of(environment);
  return notify;
}

void ServiceNotify::send(const std::string& text) const {
  if (!socket_) return;
  while (::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0 && errno == EAGAIN) {
    pollfd room{socket_.get(), POLLOUT, 0};
    if (::poll(&room, 1, kPatienceMs) <= 0) return;
  }
}

void ServiceNotify::ready(const std::string& status) const {
  send("READY=1\nSTATUS=" + printable(status, 500));
}

void ServiceNotify::status(const std::string& status) const {
  send("STATUS=" + printable(status, 500));
}

void ServiceNotify::reloading() const {
  // systemd compares with CLOCK_MONOTONIC, which unlike ours stands still in suspend.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t us = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", us));
}

void ServiceNotify::stopping(const std::string& status) const {
  send("STOPPING=1\nSTATUS=" + printable(status, 500));
}

void ServiceNotify::extend_start(Duration by) const {
  send(fmt::format("EXTEND_TIMEOUT_USEC={}", by.count()));
}

void ServiceNotify::beat() const {
  constexpr std::string_view kBeat = "WATCHDOG=1";
  if (socket_) (void)::send(socket_.get(), kBeat.data(), kBeat.size(), MSG_NOSIGNAL);
}

}  // namespace tidemill
