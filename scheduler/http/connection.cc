#include "scheduler/http/connection.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "scheduler/http/head_gate.h"

namespace tidemill::http {
namespace {

constexpr std::size_t kFirstRead = 1 << 10;  // bytes; what an idle connection has as a buffer
constexpr std::size_t kRead = 8 << 10;
constexpr std::size_t kBodyRead = 64 << 10;
constexpr std::size_t kPiece = 256 << 10;  // of an answer, written under one deadline
constexpr std::size_t kMostLingering = 1 << 20;
constexpr Duration kLinger = std::chrono::seconds(1);

}  // namespace

Connection::Connection(Service& service, std::unique_ptr<Pipe> pipe, Peer peer)
    : service_(service),
      pipe_(std::move(pipe)),
      peer_(std::move(peer)),
      deadline_(service.io),
      stream_wake_(service.io) {
  service_.connections.insert(this);
  ++service_.connections_of[peer_.remote];
  ++service_.connection_count;
}

Connection::~Connection() {
  service_.connections.erase(this);
  const auto same = service_.connections_of.find(peer_.remote);
  if (--same->second == 0) service_.connections_of.erase(same);
  --service_.connection_count;
}

void Connection::start() {
  asio::co_spawn(
      service_.io, [self = shared_from_this()] { return self->run(); },
      [self = shared_from_this()](std::exception_ptr error) {
        self->disarm();
        self->pipe_->close();
        if (error) self->service_.report("", "a connection ended with an exception");
      });
}

void Connection::stop() {
  if (busy_) return;
  pipe_->cancel();
  stream_wake_.cancel();
}

void Connection::close() {
  pipe_->close();
  stream_wake_.cancel();
}

void Connection::arm(Duration duration) {
  expired_ = false;
  deadline_.expires_after(duration);
  deadline_.async_wait([self = shared_from_this(), number = ++armed_](IoError error) {
    if (error || number != self->armed_) return;
    self->expired_ = true;
    self->pipe_->cancel();
  });
}

void Connection::disarm() {
  ++armed_;
  deadline_.cancel();
}

asio::awaitable<void> Connection::run() {
  arm(service_.options.head_timeout);
  bool more = co_await pipe_->handshake();
  bool answered = false;
  while (more && !service_.stopping) {
    more = co_await next_request();
    busy_ = false;
    answered = true;
  }
  if (answered && !closed_by_peer_) co_await linger();
}

// 0: nothing more will come, or the deadline has passed.
asio::awaitable<std::size_t> Connection::read_into(std::string& text, std::size_t most) {
  if (expired_) co_return 0;
  const std::size_t before = text.size();
  text.resize(before + most);
  const std::size_t count = co_await pipe_->read_some(std::span(text).subspan(before));
  text.resize(before + count);
  co_return count;
}

asio::awaitable<bool> Connection::read_head(std::string& head, bool& late) {
  bool begun = !received_.empty();
  if (!begun) received_ = {};
  arm(begun ? service_.options.head_timeout : service_.options.idle_timeout);
  std::size_t looked_at = 0;
  while (true) {
    std::size_t end = find_head_end(received_, looked_at);
    if (end == 0 && received_.size() > kMaxHead) end = received_.size();
    if (end > 0) {
      head = received_.substr(0, end);
      received_.erase(0, end);
      disarm();
      co_return true;
    }
    looked_at = received_.size();
    if (co_await read_into(received_, begun ? kRead : kFirstRead) == 0) {
      late = begun && expired_;
      closed_by_peer_ = !late;
      co_return late;
    }
    if (!std::exchange(begun, true)) arm(service_.options.head_timeout);
  }
}

asio::awaitable<bool> Connection::next_request() {
  std::string head;
  bool late = false;
  if (!co_await read_head(head, late)) co_return false;
  busy_ = true;
  Exchange exchange;
  exchange.started = std::chrono::steady_clock::now();
  Admission& admission = exchange.admission;
  if (late) {
    admission.refusal = Refusal{408, "the request head took too long to arrive", true};
  } else {
    admission = service_.gate.admit(head, peer_);
  }
  head = {};
  admission.request.remote = peer_.remote;
  admission.request.id = service_.next_request_id();
  ++service_.requests;
  co_await find_answer(exchange);
  if (service_.stopping) exchange.reply.keep_alive = false;
  const bool sent = co_await send(exchange);
  if (!sent) closed_by_peer_ = true;
  record(exchange);
  co_return sent&& exchange.reply.keep_alive;
}

asio::awaitable<void> Connection::find_answer(Exchange& exchange) {
  Admission& admission = exchange.admission;
  auto& refusal = admission.refusal;
  const bool has_body = admission.content_length > 0;
  if (!refusal && has_body) {
    co_await on_worker([&] { refusal = service_.judge(admission); });
    if (!refusal) refusal = check_body(admission);
    if (!refusal) refusal = co_await take_body(exchange);
  }
  if (refusal) {
    exchange.reply = service_.refuse(admission, *refusal);
    co_return;
  }
  co_await on_worker([&] {
    if (!has_body) refusal = service_.judge(admission);
    exchange.reply = refusal ? service_.refuse(admission, *refusal) : service_.answer(admission);
  });
  service_.body_memory -= std::exchange(exchange.reserved, 0);
  admission.request.body = {};
}

asio::awaitable<std::optional<Refusal>> Connection::take_body(Exchange& exchange) {
  const std::size_t length = exchange.admission.content_length;
  if (service_.body_memory + length > service_.options.max_body_memory) {
    Refusal refusal{503, "too many bodies are in progress; try again", true};
    refusal.headers.emplace_back("Retry-After", "1");
    co_return refusal;
  }
  exchange.service = &service_;
  exchange.reserved = length;
  service_.body_memory += length;
  const bool nothing_yet = received_.empty();
  if (exchange.admission.expects_continue && nothing_yet) {
    if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n")) expired_ = false;
  }
  busy_ = false;
  const bool complete = co_await read_body(exchange.admission.request.body, length);
  busy_ = true;
  if (complete) co_return std::nullopt;
  co_return Refusal{408, "the body took too long to arrive or was cut off", true};
}

asio::awaitable<bool> Connection::read_body(std::string& body, std::size_t length) {
  // A large body has as long as it takes at 1 MiB/s.
  const std::chrono::seconds extra(length >> 20);
  arm(service_.options.body_timeout + extra);
  const std::size_t here = std::min(length, received_.size());
  body = received_.substr(0, here);
  received_.erase(0, here);
  while (body.size() < length) {
    if (co_await read_into(body, std::min(kBodyRead, length - body.size())) == 0) co_return false;
  }
  disarm();
  co_return true;
}

asio::awaitable<bool> Connection::write(std::string_view first, std::string_view second) {
  const bool written = co_await pipe_->write(first, second);
  if (written) sent_ += first.size() + second.size();
  co_return written && !expired_;
}

asio::awaitable<bool> Connection::send(Exchange& exchange) {
  Reply& reply = exchange.reply;
  std::string_view body = reply.body;
  arm(service_.options.write_timeout);
  bool written = co_await write(reply.head, body.substr(0, kPiece));
  for (std::size_t at = kPiece; written && at < body.size(); at += kPiece) {
    arm(service_.options.write_timeout);
    written = co_await write(body.substr(at, kPiece));
  }
  disarm();
  if (written && reply.source != nullptr) written = co_await send_source(exchange);
  if (written && reply.event_stream) {
    co_await stream(exchange);
    written = false;
  }
  co_return written;
}

asio::awaitable<bool> Connection::send_source(Exchange& exchange) {
  Reply& reply = exchange.reply;
  while (reply.length > 0) {
    const std::size_t want = std::min<std::uint64_t>(kPiece, reply.length);
    std::string piece;
    co_await on_worker([&] { piece = service_.read_piece(exchange.admission, reply, want); });
    if (piece.empty()) co_return false;
    arm(service_.options.write_timeout);
    if (!co_await write(piece)) co_return false;
    disarm();
    reply.offset += piece.size();
    reply.length -= piece.size();
  }
  co_return true;
}

// Closing at once would make the kernel drop an answer that the peer has not read while it is still
// sending, so what it sends is read and forgotten for a moment.
asio::awaitable<void> Connection::linger() {
  arm(kLinger);
  co_await pipe_->finish();
  std::size_t total = 0;
  while (total < kMostLingering && !service_.stopping) {
    received_.clear();
    const std::size_t count = co_await read_into(received_, kRead);
    if (count == 0) break;
    total += count;
  }
}

asio::awaitable<void> Connection::on_worker(std::function<void()> work) {
  std::exception_ptr thrown;
  const auto initiate = [&](auto handler) {
    asio::post(service_.workers, [&work, &thrown, handler = std::move(handler)]() mutable {
      try {
        work();
      } catch (...) {
        thrown = std::current_exception();
      }
      auto executor = asio::get_associated_executor(handler);
      asio::post(executor, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                       asio::use_awaitable);
  if (thrown) std::rethrow_exception(thrown);
}

void Connection::record(const Exchange& exchange) {
  const auto& report = service_.options.on_request;
  if (!report) return;
  const Admission& admission = exchange.admission;
  const auto duration = std::chrono::steady_clock::now() - exchange.started;
  report({admission.method, admission.request.path, exchange.reply.status,
          std::chrono::duration_cast<Duration>(duration), admission.request.who.name, peer_.remote,
          admission.request.id, std::exchange(sent_, 0),
          admission.request.header("authorization") != nullptr ||
              admission.request.header("cookie") != nullptr});
}

}  // namespace tidemill::http
