// The HTTP server: Boost.Beast on one I/O thread, handlers on a small pool of worker threads. Slow,
// idle and hostile clients cost a socket and a bounded buffer, never a thread.
//
// Order of checks for every request: framing and limits, Host, route, method, origin (for methods
// that change something), sender, permission, body, handler. Everything refused is answered with a
// problem document and, after a framing error, a closed connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scheduler/http/event_hub.h"
#include "scheduler/http/route.h"

namespace tidemill::http {

struct Endpoint {
  std::string address = "127.0.0.1";  // IPv4 or IPv6 literal; ignored for a Unix socket
  std::uint16_t port = 8420;          // 0 = any free one
  std::string unix_path;              // set: a Unix socket (0600) instead
};

struct ServerOptions {
  std::vector<Endpoint> endpoints;
  // Names that a Host header may have besides loopback and the bound addresses (without port).
  std::vector<std::string> hosts;
  std::string certificate_file, key_file;  // PEM; set: TLS on every TCP endpoint
  int workers = 4;                         // handler threads
  std::size_t max_connections = 10'000;
  Duration head_timeout = std::chrono::seconds(3);
  Duration body_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);
};

// Finds out who sends a request; called on a worker thread. An error is answered with 401 and its
// message, and means that credentials were given and are not good; no credentials at all is an
// anonymous principal.
using Authenticate = std::function<Result<Principal>(const Request&)>;

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(ServerOptions options, RouteTable routes,
                                               Authenticate authenticate);
  // Stops accepting, lets answers in progress go out for a moment, closes the rest.
  ~Server();

  // Where it listens, with ports as bound, in the order of the options.
  const std::vector<Endpoint>& endpoints() const;

  EventHub& events();

  struct Figures {
    std::int64_t requests = 0, refused = 0, connections = 0, streams = 0;
  };
  Figures figures() const;  // any thread

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemill::http
