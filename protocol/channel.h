// One non-blocking stream socket that speaks frames: bytes in, messages out; messages in, bytes out
// when the socket takes them. Owned and used by one thread; the owner polls fd() for wants().
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "protocol/codec.h"

namespace tidemill {

class Channel {
 public:
  Channel() = default;
  explicit Channel(Fd fd);  // makes it non-blocking

  int fd() const { return fd_.get(); }
  bool open() const { return static_cast<bool>(fd_); }
  void close() { fd_.reset(); }

  // Queues a message; flush() sends as much as the socket takes. One flush per loop turn sends
  // everything queued in one system call.
  void send(const Message& message);
  Status flush();
  bool wants_write() const { return sent_ < out_.size(); }
  std::size_t unsent_bytes() const { return out_.size() - sent_; }

  // Reads what is there. An end of stream or a broken frame is an error (`unavailable`/`corrupt`).
  Result<std::vector<Message>> receive();

 private:
  Fd fd_;
  FrameReader reader_;
  std::string out_;
  std::size_t sent_ = 0;
};

// Unix stream sockets, also where the path is longer than sun_path takes (by way of the folder's
// descriptor). listen removes a stale socket file first; both ends are close-on-exec; the file is
// 0600.
Result<Fd> listen_unix(const std::string& path);
Result<Fd> connect_unix(const std::string& path);
Result<Fd> accept_unix(int listener);  // refuses peers of another user (SO_PEERCRED), except root

}  // namespace tidemill
