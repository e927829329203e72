// One non-blocking stream socket that speaks frames, over TLS or not: bytes in, messages out;
// messages in, bytes out when the socket takes them. Owned and used by one thread at a time; the
// owner polls fd() and calls flush() after every receive(), which may have made bytes to send.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "protocol/codec.h"
#include "protocol/tls.h"

namespace tidemill {

class Channel {
 public:
  Channel() = default;
  // Makes it non-blocking. What is sent waits for the handshake of `tls`; null = without.
  explicit Channel(Fd fd, std::unique_ptr<TlsStream> tls = nullptr);

  int fd() const { return fd_.get(); }
  bool open() const { return static_cast<bool>(fd_); }
  void close() { fd_.reset(); }

  // Queues a message; flush() sends as much as the socket takes. One flush per loop turn sends
  // everything queued in one system call.
  void send(const Message& message);
  Status flush();
  bool wants_write() const;
  std::size_t unsent_bytes() const { return out_.size() - sent_ + wire_.size() - wire_sent_; }

  // Reads what is there. An end of stream or a broken frame is an error (`unavailable`/`corrupt`).
  Result<std::vector<Message>> receive();
  void set_max_frame(std::size_t bytes) { reader_.set_max_frame(bytes); }
  // TlsStream::binding(). `conflict` without TLS, or before its handshake.
  Result<std::string> binding() const;

 private:
  Status encrypt();
  Status take(std::string_view bytes);

  Fd fd_;
  std::unique_ptr<TlsStream> tls_;
  FrameReader reader_;
  std::string out_;       // frames
  std::size_t sent_ = 0;  // of out_
  std::string wire_;      // what the socket gets instead of out_ when there is TLS
  std::size_t wire_sent_ = 0;
};

inline constexpr int kListenBacklog = 64;  // of connections nobody has accepted yet

// Unix stream sockets, also where the path is longer than sun_path takes (by way of the folder's
// descriptor). listen removes a stale socket file first; both ends are close-on-exec; the file is
// 0600.
Result<Fd> listen_unix(const std::string& path);
Result<Fd> connect_unix(const std::string& path);
Result<Fd> accept_unix(int listener);  // refuses peers of another user (SO_PEERCRED), except root

// TCP. Close-on-exec, without delay for small frames. `port` as digits, 0 = any free one. connect
// returns while it is still connecting: what comes of it is met by receive(). Names are looked up
// on the calling thread.
Result<Fd> listen_tcp(const std::string& address, const std::string& port);
Result<Fd> connect_tcp(const std::string& host, const std::string& port);
struct AcceptedTcp {
  Fd fd;
  std::string peer;  // "10.0.0.7:41234"
};
Result<AcceptedTcp> accept_tcp(int listener);
Result<int> bound_port(int listener);

}  // namespace tidemill
