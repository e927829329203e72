#include "scheduler/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace tidemill::http {
namespace {

constexpr int kBacklog = 256;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Result<Address> tcp_address(const Endpoint& endpoint) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, endpoint.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, endpoint.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    address.size = sizeof *v6;
  } else {
    return invalid("`" + endpoint.address + "` is not an IPv4 or IPv6 address");
  }
  return address;
}

Result<Address> unix_address(const std::string& path) {
  Address address;
  auto* un = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.size() >= sizeof un->sun_path) {
    return invalid(
        fmt::format("the socket path {} is longer than {} bytes", path, sizeof un->sun_path - 1));
  }
  un->sun_family = AF_UNIX;
  std::memcpy(un->sun_path, path.data(), path.size());
  address.size = sizeof *un;
  return address;
}

// Removes what a killed process left behind, but never a socket that is in use.
Status remove_stale(const std::string& path, Address& address) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) return Ok{};
  if (!S_ISSOCK(info.st_mode)) return conflict(path + " exists and is not a socket");
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return errno_error("cannot make a socket");
  if (::connect(probe.get(), address.get(), address.size) == 0 || errno == EAGAIN) {
    return conflict("another process listens on " + path);
  }
  if (::unlink(path.c_str()) != 0) return errno_error("cannot remove the old socket " + path);
  return Ok{};
}

Result<Fd> listen_unix(const Endpoint& endpoint) {
  Address address = TRY(unix_address(endpoint.unix_path));
  TRY(remove_stale(endpoint.unix_path, address));
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot make a socket");
  // Nobody can connect before listen(), so the mode is set in time.
  if (::bind(fd.get(), address.get(), address.size) != 0 ||
      ::chmod(endpoint.unix_path.c_str(), 0600) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return errno_error("cannot listen on " + endpoint.unix_path);
  }
  return fd;
}

Result<Fd> listen_tcp(Endpoint& endpoint) {
  Address address = TRY(tcp_address(endpoint));
  const int family = address.get()->sa_family;
  Fd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno_error("cannot make a socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), kBacklog) != 0) {
    return errno_error(fmt::format("cannot listen on {} port {}", endpoint.address, endpoint.port));
  }
  address.size = sizeof address.storage;
  if (::getsockname(fd.get(), address.get(), &address.size) != 0) {
    return errno_error("cannot read the bound address");
  }
  endpoint.port = ntohs(family == AF_INET
                            ? reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port
                            : reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port);
  return fd;
}

std::string to_text(Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* raw = address.get()->sa_family == AF_INET
                        ? static_cast<const void*>(
                              &reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr)
                        : &reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr;
  return ::inet_ntop(address.get()->sa_family, raw, text, sizeof text) != nullptr ? text : "";
}

Result<Peer> identify_user(int fd) {
  ucred credentials = {};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return errno_error("cannot find out who connected");
  }
  if (credentials.uid != 0 && credentials.uid != ::geteuid()) {
    return conflict(
        fmt::format("user {} may not use the socket of user {}", credentials.uid, ::geteuid()));
  }
  return Peer{"unix", "", false};
}

}  // namespace

Result<Fd> listen_on(Endpoint& endpoint) {
  return endpoint.unix_path.empty() ? listen_tcp(endpoint) : listen_unix(endpoint);
}

Result<Peer> identify_peer(int fd, bool unix_socket) {
  if (unix_socket) return identify_user(fd);
  Address remote, local;
  remote.size = local.size = sizeof remote.storage;
  if (::getpeername(fd, remote.get(), &remote.size) != 0 ||
      ::getsockname(fd, local.get(), &local.size) != 0) {
    return errno_error("the connection is gone already");
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Peer{to_text(remote), to_text(local), false};
}

}  // namespace tidemill::http
