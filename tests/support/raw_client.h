// A client that sends exactly the bytes it is told to, and reads answers without judging them.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/text.h"

namespace tidemill::testing {

struct RawAnswer {
  int status = 0;  // 0: none came
  std::string head;
  std::string body;

  // The value of a header, "" when it is not there.
  std::string header(std::string_view name) const {
    for (const std::string_view line : split(head, '\n')) {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      if (to_lower_ascii(line.substr(0, colon)) == to_lower_ascii(name)) {
        return std::string(trim(line.substr(colon + 1)));
      }
    }
    return "";
  }
};

class RawClient {
 public:
  static constexpr int kPatience = 120'000;  // milliseconds; only a broken server lets it pass

  explicit RawClient(std::uint16_t port) {
    fd_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  explicit RawClient(const std::string& unix_path) {
    fd_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, unix_path.data(), unix_path.size());
    connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }

  // False when the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

  // One more piece of what the server sends; false at the end, or when nothing comes.
  bool receive() {
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, kPatience) != 1) return false;
    char buffer[64 << 10];
    const ssize_t count = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    pending_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  // The next answer on this connection. `no_body`: of a HEAD request.
  RawAnswer read_answer(bool no_body = false) {
    RawAnswer answer;
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = pending_.substr(0, end + 4);
    pending_.erase(0, end + 4);
    const auto status = to_int(std::string_view(answer.head).substr(9, 3));
    if (!answer.head.starts_with("HTTP/1.1 ") || !status) return answer;
    answer.status = static_cast<int>(*status);
    const auto length = to_int(answer.header("content-length"));
    if (no_body || !length) return answer;
    while (pending_.size() < static_cast<std::size_t>(*length)) {
      if (!receive()) break;
    }
    answer.body = pending_.substr(0, static_cast<std::size_t>(*length));
    pending_.erase(0, answer.body.size());
    return answer;
  }

  // Everything up to and including `mark`, or what there was when the server closed.
  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = pending_.find(mark)) == std::string::npos) {
      if (!receive()) return std::exchange(pending_, "");
    }
    std::string text = pending_.substr(0, at + mark.size());
    pending_.erase(0, text.size());
    return text;
  }

  // Whether the server closes, and sends nothing more before it does.
  bool is_closed() {
    if (!pending_.empty() || receive()) return false;
    char byte;
    return ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN;
  }

 private:
  Fd fd_;
  bool connected_ = false;
  std::string pending_;
};

}  // namespace tidemill::testing
