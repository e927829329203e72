// Accepts connections on one endpoint for as long as the server lives, whatever accept() says.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/fd.h"
#include "scheduler/http/service.h"

namespace tidemill::http {

class Listener {
 public:
  Listener(Service& service, Endpoint endpoint, Fd fd, bool tls);

  void start();
  void stop();
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  asio::awaitable<void> run();
  bool accept_all();  // false: out of descriptors or memory, try again later
  void admit(Fd fd);
  void shed();

  Service& service_;
  const Endpoint endpoint_;
  const bool tls_;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer pause_;
  // Given up to accept, and close, one connection when there are no descriptors left: otherwise it
  // would stay in the backlog and be reported for ever.
  Fd reserve_;
};

}  // namespace tidemill::http
