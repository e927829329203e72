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

// One line of the access log. Never holds a query, a header or a body.
struct RequestRecord {
  std::string method;  // as sent; "-" when the head was not understood
  std::string path;    // decoded, without control characters; empty when it was not understood
  int status = 0;
  Duration duration{};  // of a stream: until it ended
  std::string who;      // name of the principal; empty = anonymous
  std::string remote;
  std::string id;
  std::uint64_t bytes = 0;          // sent, heads included
  bool showed_credentials = false;  // a token or a cookie, good or not
};

struct ServerOptions {
  std::vector<Endpoint> endpoints;
  // Names that a Host header may have besides loopback and the bound addresses (without port).
  std::vector<std::string> hosts;
  std::string certificate_file, key_file;  // PEM; set: TLS on every TCP endpoint
  int workers = 4;                         // handler threads
  std::size_t max_connections = 10'000;
  // One address cannot take them all. Behind a proxy everybody comes from one.
  std::size_t max_connections_of_one = 4'000;
  Duration head_timeout = std::chrono::seconds(3);
  Duration body_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);
  Duration write_timeout = std::chrono::seconds(30);  // for each 256 KiB of an answer
  // A reader of events that takes nothing for so long is cut off.
  Duration stream_write_timeout = std::chrono::seconds(10);
  Duration ping_interval = std::chrono::seconds(15);     // comments that keep streams open
  Duration recheck_interval = std::chrono::seconds(30);  // asks again who reads a stream
  Duration stop_grace = std::chrono::seconds(2);  // for answers in progress when it is stopped
  // Bodies of all requests in progress together; above, new ones are answered with 503.
  std::size_t max_body_memory = 256 << 20;
  // Tells this run of the scheduler from others in the ids of events: letters and digits. Empty: a
  // random one.
  std::string event_epoch;
  // Called for every answered request, on the I/O thread: must not wait.
  std::function<void(const RequestRecord&)> on_request;
  // What went wrong inside while a request was answered; on any thread of the server.
  std::function<void(const std::string& request_id, const std::string& what)> on_error;
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

  // Reads certificate and key anew for the connections from now on; on an error the old ones stay.
  Status reload_certificate();
  // Takes the place of ServerOptions::hosts for the requests from now on. Any thread.
  void set_hosts(std::vector<std::string> hosts);

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
