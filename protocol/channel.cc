#include "protocol/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fault_point.h"

namespace tidemill {
namespace {

// One turn of an owner's loop reads at most this much, so that one busy peer starves nobody.
constexpr std::size_t kReadBytes = 256u << 10;

// Sends from `sent` on until the socket takes no more.
Status send_rest(int fd, std::string& bytes, std::size_t& sent) {
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return errno_error("cannot send to the peer");
    sent += static_cast<std::size_t>(n);
  }
  if (sent == bytes.size()) {
    bytes.clear();
    sent = 0;
  } else if (sent > bytes.size() / 2) {
    bytes.erase(0, sent);
    sent = 0;
  }
  return Ok{};
}

}  // namespace

Channel::Channel(Fd fd, std::unique_ptr<TlsStream> tls) : fd_(std::move(fd)), tls_(std::move(tls)) {
  const int flags = ::fcntl(fd_.get(), F_GETFL);
  CHECK(flags >= 0 && ::fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK) == 0);
}

void Channel::send(const Message& message) { append_frame(out_, message); }

Status Channel::flush() {
  if (fault_point_next("FP6") && out_.size() - sent_ > 1) {
    const std::size_t half = (out_.size() - sent_) / 2;
    (void)::send(fd_.get(), out_.data() + sent_, half, MSG_NOSIGNAL);
    fault_point("FP6");
  }
  if (tls_ == nullptr) return send_rest(fd_.get(), out_, sent_);
  TRY(encrypt());
  return send_rest(fd_.get(), wire_, wire_sent_);
}

Status Channel::encrypt() {
  sent_ += TRY(tls_->send(std::string_view(out_).substr(sent_)));
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  }
  wire_ += tls_->take_outgoing();
  return Ok{};
}

bool Channel::wants_write() const {
  if (tls_ == nullptr) return sent_ < out_.size();
  return wire_sent_ < wire_.size() || (tls_->established() && sent_ < out_.size());
}

Result<std::string> Channel::binding() const {
  if (tls_ == nullptr || !tls_->established()) return conflict("there is no TLS here");
  return tls_->binding();
}

Status Channel::take(std::string_view bytes) {
  if (tls_ == nullptr) {
    reader_.feed(bytes);
    return Ok{};
  }
  std::string plain;
  const Status taken = tls_->receive(bytes, plain);
  reader_.feed(plain);
  return taken;
}

Result<std::vector<Message>> Channel::receive() {
  char buffer[65536];
  Status ended = Ok{};
  for (std::size_t total = 0; total < kReadBytes;) {
    const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return errno_error("cannot read from the peer");
    if (n == 0) {
      ended = unavailable("the peer closed the connection");
      break;
    }
    ended = take(std::string_view(buffer, static_cast<std::size_t>(n)));
    if (!ended.ok()) break;
    total += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < sizeof buffer) break;
  }
  std::vector<Message> messages;
  while (auto message = TRY(reader_.next())) messages.push_back(std::move(*message));
  // What came before the end is handed out first; the end is met again by the next call.
  if (!ended.ok() && messages.empty()) return ended.error();
  return messages;
}

}  // namespace tidemill
