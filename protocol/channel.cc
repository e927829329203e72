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

}  // namespace

Channel::Channel(Fd fd) : fd_(std::move(fd)) {
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
  while (wants_write()) {
    const ssize_t n = ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return errno_error("cannot send to the peer");
    sent_ += static_cast<std::size_t>(n);
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  } else if (sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  return Ok{};
}

Result<std::vector<Message>> Channel::receive() {
  char buffer[65536];
  bool ended = false;
  for (std::size_t total = 0; total < kReadBytes;) {
    const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return errno_error("cannot read from the peer");
    if (n == 0) {
      ended = true;
      break;
    }
    reader_.feed(std::string_view(buffer, static_cast<std::size_t>(n)));
    total += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < sizeof buffer) break;
  }
  std::vector<Message> messages;
  while (auto message = TRY(reader_.next())) messages.push_back(std::move(*message));
  // What came before the end is handed out first; the end is met again by the next call.
  if (ended && messages.empty()) return unavailable("the peer closed the connection");
  return messages;
}

}  // namespace tidemill
