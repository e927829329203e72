#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>

#include "protocol/channel.h"

namespace tidemill {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<Addresses> look_up(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int problem = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (problem != 0) {
    return unavailable(
        fmt::format("cannot look up {}:{}: {}", host, port, ::gai_strerror(problem)));
  }
  return Addresses(found, ::freeaddrinfo);
}

Result<Fd> make_socket(const addrinfo& address) {
  Fd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot make a TCP socket");
  return fd;
}

Status send_at_once(int fd) {
  const int on = 1;
  if (::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) return Ok{};
  return errno_error("cannot set up a TCP socket");
}

}  // namespace

Result<Fd> listen_tcp(const std::string& address, const std::string& port) {
  const Addresses found = TRY(look_up(address, port, AI_PASSIVE | AI_NUMERICHOST));
  Fd fd = TRY(make_socket(*found));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(fd.get(), kListenBacklog) != 0) {
    return errno_error(fmt::format("cannot listen on {}:{}", address, port));
  }
  return fd;
}

Result<Fd> connect_tcp(const std::string& host, const std::string& port) {
  const Addresses found = TRY(look_up(host, port, AI_ADDRCONFIG));
  Error last = unavailable("it has no address");
  for (const addrinfo* at = found.get(); at != nullptr; at = at->ai_next) {
    Fd fd = TRY(make_socket(*at));
    TRY(send_at_once(fd.get()));
    if (::connect(fd.get(), at->ai_addr, at->ai_addrlen) == 0 || errno == EINPROGRESS) return fd;
    last = errno_error(fmt::format("cannot connect to {}:{}", host, port));
  }
  return last;
}

Result<AcceptedTcp> accept_tcp(int listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  auto* name = reinterpret_cast<sockaddr*>(&peer);
  Fd fd(::accept4(listener, name, &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) return errno_error("cannot accept a connection");
  TRY(send_at_once(fd.get()));
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const int named = ::getnameinfo(name, size, host.data(), host.size(), port.data(), port.size(),
                                  NI_NUMERICHOST | NI_NUMERICSERV);
  std::string text = named == 0 ? fmt::format("{}:{}", host.data(), port.data()) : "somewhere";
  return AcceptedTcp{std::move(fd), std::move(text)};
}

Result<int> bound_port(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return errno_error("cannot ask where a socket listens");
  }
  const bool v6 = address.ss_family == AF_INET6;
  return static_cast<int>(ntohs(v6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                                   : reinterpret_cast<sockaddr_in*>(&address)->sin_port));
}

}  // namespace tidemill
