// What all connections of a server share. The order of its members is the order in which they may
// still be needed while the later ones are torn down.
#pragma once

#include <atomic>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "scheduler/http/admission.h"
#include "scheduler/http/asio.h"
#include "scheduler/http/hub.h"
#include "scheduler/http/reply.h"
#include "scheduler/http/server.h"

namespace tidemill::http {

class Connection;

struct Service {
  Service(ServerOptions given, RouteTable table, Authenticate sign_in);

  // What the Host header may name: these, and the addresses that are listened at.
  HostList host_list(std::vector<std::string> names) const;
  std::string next_request_id();  // I/O thread
  // Whether the sender may. Worker threads.
  std::optional<Refusal> judge(Admission& admission) const;
  // The handler's answer to what was admitted and judged; 500 when it threw. Worker threads.
  Reply answer(Admission& admission) const;
  Reply refuse(Admission& admission, const Refusal& refusal);  // any thread
  // The next bytes of a source; empty when it failed. Worker threads.
  std::string read_piece(const Admission& admission, const Reply& reply, std::size_t most) const;
  void report(const std::string& request_id, const std::string& what) const;
  template <typename Work>
  bool guarded(const std::string& request_id, const Work& work) const;

  const ServerOptions options;
  const RouteTable routes;
  const Authenticate authenticate;
  HostList hosts;  // I/O thread
  const Gate gate{routes, hosts};
  const std::string id_prefix;
  std::uint64_t last_id = 0;

  std::atomic<std::int64_t> requests{0}, refused{0}, connection_count{0}, streams{0};
  std::size_t body_memory = 0;                                  // I/O thread
  std::unordered_set<Connection*> connections;                  // I/O thread
  std::unordered_map<std::string, std::size_t> connections_of;  // by address; I/O thread
  bool stopping = false;                                        // I/O thread

  Hub hub;
  asio::io_context io{1};
  std::shared_ptr<asio::ssl::context> tls;  // I/O thread; null: plain
  asio::thread_pool workers;
};

}  // namespace tidemill::http
