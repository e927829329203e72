#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "protocol/channel.h"

namespace tidemill {
namespace {

// A path that sun_path takes. The folder's descriptor must stay open while the address is used.
struct Address {
  sockaddr_un name{};
  Fd folder;
};

Result<Address> make_address(const std::string& path) {
  Address address;
  address.name.sun_family = AF_UNIX;
  std::string short_path = path;
  if (path.size() >= sizeof address.name.sun_path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return invalid("socket name " + path + " is too long");
    address.folder = Fd(
        ::open(path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.folder) return errno_error("cannot open the folder of socket " + path);
    short_path = fmt::format("/proc/self/fd/{}/{}", address.folder.get(), path.substr(slash + 1));
  }
  if (short_path.size() >= sizeof address.name.sun_path) {
    return invalid("socket name " + path + " is too long");
  }
  std::memcpy(address.name.sun_path, short_path.c_str(), short_path.size() + 1);
  return address;
}

Result<Fd> make_socket(int flags) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!fd) return errno_error("cannot make a unix socket");
  return fd;
}

bool is_socket(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISSOCK(st.st_mode);
}

}  // namespace

Result<Fd> listen_unix(const std::string& path) {
  Address address = TRY(make_address(path));
  Fd fd = TRY(make_socket(SOCK_NONBLOCK));
  if (is_socket(path) && ::unlink(path.c_str()) != 0)
    return errno_error("cannot remove the old " + path);
  // The mode of the descriptor becomes the mode of the file, with no moment in between.
  if (::fchmod(fd.get(), 0600) != 0) return errno_error("cannot set the mode of socket " + path);
  const auto* name = reinterpret_cast<const sockaddr*>(&address.name);
  if (::bind(fd.get(), name, sizeof address.name) != 0)
    return errno_error("cannot bind socket " + path);
  if (::listen(fd.get(), kListenBacklog) != 0)
    return errno_error("cannot listen on socket " + path);
  return fd;
}

Result<Fd> connect_unix(const std::string& path) {
  const Address address = TRY(make_address(path));
  Fd fd = TRY(make_socket(0));
  const auto* name = reinterpret_cast<const sockaddr*>(&address.name);
  if (::connect(fd.get(), name, sizeof address.name) != 0) {
    return errno_error("cannot connect to socket " + path);
  }
  return fd;
}

Result<Fd> accept_unix(int listener) {
  Fd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) return errno_error("cannot accept a connection");
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return errno_error("cannot ask who connects");
  }
  if (peer.uid != ::geteuid() && peer.uid != 0) {
    return conflict(fmt::format("refused a connection of user {} (pid {})", peer.uid, peer.pid));
  }
  return fd;
}

}  // namespace tidemill
