// A connection as a reader of events.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "scheduler/http/connection.h"

namespace tidemill::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunk = 64 << 10;

// A reader of the hub for as long as it is in scope.
class Membership {
 public:
  Membership(Service& service, HubReader& reader, std::string_view last_id)
      : service_(service), reader_(reader) {
    service_.hub.join(&reader_, last_id);
    ++service_.streams;
  }
  ~Membership() {
    service_.hub.leave(&reader_);
    --service_.streams;
  }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

 private:
  Service& service_;
  HubReader& reader_;
};

std::string last_event_id(const Request& request) {
  const std::string* header = request.header("last-event-id");
  return header != nullptr ? *header : request.query.text("last_event_id");
}

}  // namespace

// Nothing that a reader sends is of interest; that it goes is.
asio::awaitable<void> Connection::watch_for_end() {
  std::array<char, 64> ignored;
  while (co_await pipe_->read_some(ignored) > 0) {
  }
  ended_ = true;
  stream_wake_.cancel();
}

asio::awaitable<void> Connection::wait_for_events(Clock::time_point until) {
  if (ended_ || service_.stopping) co_return;
  stream_wake_.expires_at(until);
  IoError ignored;
  co_await stream_wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Connection::stream(Exchange& exchange) {
  HubReader reader;
  reader.who = exchange.admission.request.who;
  reader.topics = exchange.reply.topics;
  reader.wake = [this] { stream_wake_.cancel(); };
  const Membership membership(service_, reader, last_event_id(exchange.admission.request));
  busy_ = false;
  received_ = {};
  exchange.reply.head = {};
  asio::co_spawn(
      service_.io, [self = shared_from_this()] { return self->watch_for_end(); }, asio::detached);
  Clock::time_point ping = Clock::now() + service_.options.ping_interval;
  Clock::time_point recheck = Clock::now() + service_.options.recheck_interval;
  while (!ended_ && !service_.stopping) {
    std::string text = service_.hub.take(reader, kChunk);
    if (text.empty() && Clock::now() >= ping) text = ": ping\n\n";
    if (!text.empty()) {
      arm(service_.options.stream_write_timeout);
      if (!co_await write(text)) break;
      disarm();
      ping = Clock::now() + service_.options.ping_interval;
    } else {
      co_await wait_for_events(std::min(ping, recheck));
    }
    if (Clock::now() < recheck) continue;
    if (!co_await still_welcome(exchange, reader)) break;
    recheck = Clock::now() + service_.options.recheck_interval;
  }
}

// A session may have ended, a token been revoked, a role been taken since the stream was opened.
asio::awaitable<bool> Connection::still_welcome(Exchange& exchange, HubReader& reader) {
  exchange.admission.request.recheck = true;
  std::optional<Refusal> refusal;
  co_await on_worker([&] { refusal = service_.judge(exchange.admission); });
  reader.who = exchange.admission.request.who;
  co_return !refusal;
}

}  // namespace tidemill::http
