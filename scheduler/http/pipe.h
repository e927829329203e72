// A connected byte stream: plain or TLS, TCP or Unix, the same to whoever speaks HTTP over it.
// I/O thread only.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "scheduler/http/asio.h"

namespace tidemill::http {

class Pipe {
 public:
  virtual ~Pipe() = default;
  virtual asio::awaitable<bool> handshake() = 0;
  // 0: the end, an error, or cancel().
  virtual asio::awaitable<std::size_t> read_some(std::span<char> into) = 0;
  // All of it, or false.
  virtual asio::awaitable<bool> write(std::string_view first, std::string_view second = {}) = 0;
  // Nothing more will be written; the peer may still be read.
  virtual asio::awaitable<void> finish() = 0;
  virtual void cancel() = 0;  // what is waiting ends now
  virtual void close() = 0;
};

std::unique_ptr<Pipe> make_plain_pipe(Socket socket);
std::unique_ptr<Pipe> make_tls_pipe(Socket socket, asio::ssl::context& context);

}  // namespace tidemill::http
