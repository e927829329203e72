// The scheduler as a daemon: the loop, the catalog with its folder, the HTTP server, and the people
// who may use it, put together. start() takes the data directory and listens; run() turns the loop
// on the calling thread until stop() is called.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/http/server.h"
#include "scheduler/scheduler.h"

namespace tidemill {

struct DaemonConfig {
  std::string data_dir;                    // absolute
  std::string dag_folder;                  // absolute
  std::string version;                     // of Tidemill
  std::vector<std::string> agent_command;  // as SchedulerConfig; empty = no local worker
  Durability durability = Durability::power_loss;
  http::ServerOptions http;
  // Sentences for the operator's log: what happens, and what goes wrong. Any thread.
  std::function<void(const std::string&)> note;
};

class Daemon {
 public:
  // Listens when it returns; nothing moves before run().
  static Result<std::unique_ptr<Daemon>> start(DaemonConfig config);
  ~Daemon();

  // Where it listens, ports as bound; the Unix socket <data>/run/api.sock comes last.
  const std::vector<http::Endpoint>& endpoints() const;
  // The token of a link that signs a new administrator in once; empty when there is one already.
  // Exists once run() has turned.
  const std::string& first_link() const;

  // Until stop(). After an error the process must end; the next start recovers.
  Status run();
  void stop();            // any thread, and from signal threads
  void look_at_folder();  // any thread: reads the DAG files now

  // Ends the server, then the scheduler with a clean stop. Tasks go on in the supervisor.
  Status close();

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidemill
