#include "worker/scheduler_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/fd.h"
#include "base/text.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxTokenBytes = 256;

bool is_printable_word(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 127; });
}

Result<std::string> read_token(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) {
    return errno_error("cannot open the token file " + path);
  }
  if ((info.st_mode & 077) != 0) {
    return invalid(
        fmt::format("{} can be read by others (mode {:04o}); whoever has it is this worker: chmod "
                    "600 {}",
                    path, static_cast<unsigned>(info.st_mode) & 07777u, path));
  }
  std::array<char, kMaxTokenBytes> buffer{};
  const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
  if (n < 0) return errno_error("cannot read the token file " + path);
  std::string token(trim({buffer.data(), static_cast<std::size_t>(n)}));
  if (!token.starts_with("tm_w") || !is_printable_word(token)) {
    return invalid(path +
                   " holds no token of a worker; `tidemill workers tokens create` makes one");
  }
  return token;
}

Status split_address(const std::string& text, SchedulerAddress& address) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    return invalid(printable(text, 100) + ": a scheduler is named as HOST:PORT");
  }
  address.host = text.substr(0, colon);
  address.port = text.substr(colon + 1);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  int port = 0;
  const char* const end = address.port.data() + address.port.size();
  const auto [stop, problem] = std::from_chars(address.port.data(), end, port);
  if (problem != std::errc() || stop != end || port < 1 || port > 65535) {
    return invalid(printable(text, 100) + ": a port is a number from 1 to 65535");
  }
  return Ok{};
}

}  // namespace

std::string SchedulerAddress::shown() const {
  return is_remote() ? fmt::format("{}:{}", host, port) : socket_path;
}

Result<SchedulerAddress> remote_scheduler(const RemoteScheduler& named) {
  SchedulerAddress address;
  TRY(split_address(named.address, address));
  if (named.ca_file.empty() == named.fingerprint.empty()) {
    return invalid(
        "--ca FILE (who signed the scheduler's certificate, or that itself) or --fingerprint "
        "SHA256 says which scheduler is the right one; name one of the two");
  }
  address.token = TRY(read_token(named.token_file));
  address.tls = named.ca_file.empty() ? TRY(TlsContext::pinned(named.fingerprint))
                                      : TRY(TlsContext::client(named.ca_file));
  return address;
}

}  // namespace tidemill
