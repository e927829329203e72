#include "scheduler/http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "scheduler/http/connection.h"
#include "scheduler/http/listen.h"

namespace tidemill::http {
namespace {

constexpr Duration kPause = std::chrono::milliseconds(50);
// Then those that are connected already get a turn.
constexpr int kMostAtOnce = 64;
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

Fd open_reserve() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

// accept() also reports what went wrong with the connection it would have returned.
bool is_about_one_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

}  // namespace

Listener::Listener(Service& service, Endpoint endpoint, Fd fd, bool tls)
    : service_(service),
      endpoint_(std::move(endpoint)),
      tls_(tls),
      socket_(service.io, fd.release()),
      pause_(service.io),
      reserve_(open_reserve()) {}

void Listener::start() { asio::co_spawn(service_.io, run(), asio::detached); }

void Listener::stop() {
  IoError ignored;
  socket_.close(ignored);
  pause_.cancel();
  if (!endpoint_.unix_path.empty()) ::unlink(endpoint_.unix_path.c_str());
}

asio::awaitable<void> Listener::run() {
  while (!service_.stopping) {
    IoError ignored;
    co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                                asio::redirect_error(asio::use_awaitable, ignored));
    if (service_.stopping || accept_all()) continue;
    shed();
    pause_.expires_after(kPause);
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

bool Listener::accept_all() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    Fd fd(::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      admit(std::move(fd));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (!is_about_one_connection(errno)) {
      return false;
    }
  }
  return true;
}

void Listener::shed() {
  reserve_.reset();
  Fd refused(::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
  if (refused) ++service_.refused;
  refused.reset();
  reserve_ = open_reserve();
}

void Listener::admit(Fd fd) {
  const bool is_unix = !endpoint_.unix_path.empty();
  auto peer = identify_peer(fd.get(), is_unix);
  if (!peer.ok()) {
    ++service_.refused;
    if (is_unix) service_.report("", peer.error().message);
    return;
  }
  const auto same = service_.connections_of.find(peer->remote);
  const bool too_many = !is_unix && same != service_.connections_of.end() &&
                        same->second >= service_.options.max_connections_of_one;
  if (too_many || service_.connections.size() >= service_.options.max_connections) {
    ++service_.refused;
    if (!tls_) ::send(fd.get(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  peer->tls = tls_;
  IoError error;
  Socket socket(service_.io);
  const int family = is_unix
                         ? AF_UNIX
                         : (endpoint_.address.find(':') != std::string::npos ? AF_INET6 : AF_INET);
  socket.assign(asio::generic::stream_protocol(family, 0), fd.get(), error);
  if (error) return;
  fd.release();
  auto pipe = tls_ ? make_tls_pipe(std::move(socket), *service_.tls)
                   : make_plain_pipe(std::move(socket));
  std::make_shared<Connection>(service_, std::move(pipe), std::move(*peer))->start();
}

}  // namespace tidemill::http
