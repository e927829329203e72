#include "scheduler/http/pipe.h"

#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace tidemill::http {
namespace {

template <typename Stream>
asio::awaitable<std::size_t> read_from(Stream& stream, std::span<char> into) {
  IoError error;
  const auto buffer = asio::buffer(into.data(), into.size());
  const std::size_t count = co_await stream.async_read_some(
      buffer, asio::redirect_error(asio::use_awaitable, error));
  co_return error ? 0 : count;
}

template <typename Stream>
asio::awaitable<bool> write_to(Stream& stream, std::string_view first, std::string_view second) {
  IoError error;
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(first.data(), first.size()),
                                                     asio::buffer(second.data(), second.size())};
  co_await asio::async_write(stream, buffers, asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

class PlainPipe : public Pipe {
 public:
  explicit PlainPipe(Socket socket) : socket_(std::move(socket)) {}

  asio::awaitable<bool> handshake() override { co_return true; }
  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    return read_from(socket_, into);
  }
  asio::awaitable<bool> write(std::string_view first, std::string_view second) override {
    return write_to(socket_, first, second);
  }
  asio::awaitable<void> finish() override {
    IoError ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    co_return;
  }
  void cancel() override {
    IoError ignored;
    socket_.cancel(ignored);
  }
  void close() override {
    IoError ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

class TlsPipe : public Pipe {
 public:
  TlsPipe(Socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  asio::awaitable<bool> handshake() override {
    IoError error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }
  asio::awaitable<std::size_t> read_some(std::span<char> into) override {
    return read_from(stream_, into);
  }
  asio::awaitable<bool> write(std::string_view first, std::string_view second) override {
    // A TLS record for each buffer would be sent on its own.
    if (second.empty()) return write_to(stream_, first, second);
    return write_joined(std::string(first).append(second));
  }
  asio::awaitable<void> finish() override {
    IoError ignored;
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
  }
  void cancel() override {
    IoError ignored;
    stream_.next_layer().cancel(ignored);
  }
  void close() override {
    IoError ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::awaitable<bool> write_joined(std::string bytes) {
    co_return co_await write_to(stream_, bytes, {});
  }

  asio::ssl::stream<Socket> stream_;
};

}  // namespace

std::unique_ptr<Pipe> make_plain_pipe(Socket socket) {
  return std::make_unique<PlainPipe>(std::move(socket));
}

std::unique_ptr<Pipe> make_tls_pipe(Socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsPipe>(std::move(socket), context);
}

}  // namespace tidemill::http
