// One client: reads its requests one after the other, has them answered, and becomes a reader of
// events when an answer says so. I/O thread only; handlers run on the worker threads meanwhile.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "scheduler/http/pipe.h"
#include "scheduler/http/service.h"

namespace tidemill::http {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, std::unique_ptr<Pipe> pipe, Peer peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void stop();   // ends at once when nothing is being answered, otherwise after the answer
  void close();  // whatever it does

 private:
  // One request and its answer. It gives the memory of its body back wherever it ends.
  struct Exchange {
    Exchange() = default;
    ~Exchange() {
      if (service != nullptr) service->body_memory -= reserved;
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Admission admission;
    Reply reply;
    std::chrono::steady_clock::time_point started;
    Service* service = nullptr;
    std::size_t reserved = 0;  // bytes of Service::body_memory
  };

  asio::awaitable<void> run();
  asio::awaitable<bool> next_request();  // whether another may follow
  // False: there is no request to answer. `late`: it began, and did not end in time.
  asio::awaitable<bool> read_head(std::string& head, bool& late);
  asio::awaitable<void> find_answer(Exchange& exchange);
  asio::awaitable<std::optional<Refusal>> take_body(Exchange& exchange);
  asio::awaitable<bool> read_body(std::string& body, std::size_t length);
  asio::awaitable<bool> send(Exchange& exchange);
  asio::awaitable<bool> send_source(Exchange& exchange);
  asio::awaitable<void> linger();
  void record(const Exchange& exchange);

  asio::awaitable<void> stream(Exchange& exchange);
  asio::awaitable<void> watch_for_end();
  asio::awaitable<void> wait_for_events(std::chrono::steady_clock::time_point until);
  asio::awaitable<bool> still_welcome(Exchange& exchange, HubReader& reader);

  asio::awaitable<std::size_t> read_into(std::string& text, std::size_t most);
  asio::awaitable<bool> write(std::string_view first, std::string_view second = {});
  asio::awaitable<void> on_worker(std::function<void()> work);
  void arm(Duration duration);
  void disarm();

  Service& service_;
  std::unique_ptr<Pipe> pipe_;
  const Peer peer_;
  std::string received_;  // and not used yet
  asio::steady_timer deadline_;
  std::uint64_t armed_ = 0;  // only the deadline with this number counts
  bool expired_ = false;
  bool busy_ = false;  // with an answer
  bool closed_by_peer_ = false;
  std::uint64_t sent_ = 0;  // bytes since the last record

  asio::steady_timer stream_wake_;
  bool ended_ = false;  // the peer of a stream is gone
};

}  // namespace tidemill::http
