// From the bytes of a head to a request with a route, or to the reason why not: framing, Host,
// path, route, method and origin, in this order. Pure: no socket, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/http/host.h"
#include "scheduler/http/request.h"
#include "scheduler/http/route.h"
#include "scheduler/http/status.h"

namespace tidemill::http {

struct Peer {
  std::string remote;  // address literal, or "unix"
  std::string local;   // address literal that the connection came in at
  bool tls = false;
};

struct Admission {
  std::optional<Refusal> refusal;  // when set, the rest is what was known until then
  std::string method = "-";        // as sent, for the log
  Request request;
  const Route* route = nullptr;
  std::uint64_t content_length = 0;
  bool expects_continue = false;
  bool keep_alive = true;
};

class Gate {
 public:
  // Both live longer than the gate.
  Gate(const RouteTable& routes, const HostList& hosts) : routes_(routes), hosts_(hosts) {}

  Admission admit(std::string_view head, const Peer& peer) const;

 private:
  std::optional<Refusal> check(std::string_view head, const Peer& peer, Admission& out) const;
  std::optional<Refusal> check_host(const Peer& peer, const Request& request) const;
  std::optional<Refusal> check_route(std::string_view target, Admission& out) const;

  const RouteTable& routes_;
  const HostList& hosts_;
};

// Whether the body, which is not read yet, is one that the route takes.
std::optional<Refusal> check_body(const Admission& admission);

}  // namespace tidemill::http
