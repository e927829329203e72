// The scheduler as a daemon: the loop, the catalog with its folder, the HTTP server, and the people
// who may use it, put together. start() takes the data directory and listens; run() turns the loop
// on the calling thread until stop() is called.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/disk_watch.h"
#include "scheduler/http/server.h"
#include "scheduler/janitor.h"
#include "scheduler/people/authenticator.h"
#include "scheduler/scheduler.h"
#include "scheduler/service_notify.h"

namespace tidemill {

enum class NoteLevel { debug, info, warning, error };

// What can change while it runs.
struct DaemonRules {
  std::vector<std::string> hosts;  // as http::ServerOptions::hosts
  DiskRule disk;
  JanitorRules retention;
};

struct DaemonConfig {
  std::string data_dir;                    // absolute
  std::string dag_folder;                  // absolute
  std::string alerts_file;                 // absolute; empty = alerts are only shown
  std::string version;                     // of Tidemill
  std::vector<std::string> agent_command;  // as SchedulerConfig; empty = no local worker
  Durability durability = Durability::power_loss;
  // A secret that the store does not have, by its name; null = there is no other place.
  std::function<Result<std::string>(const std::string& name)> secret;
  http::ServerOptions http;                 // its hosts are those of the rules
  std::optional<WorkerDoorConfig> workers;  // its key_of is the daemon's to set
  Duration worker_lease = std::chrono::seconds(60);
  DaemonRules rules;
  bool allow_plain_http = false;  // beyond this machine, for somebody who can sign in already
  TrustedProxy proxy;
  // How people reach this server, "https://tidemill.example.org", for links in messages; empty =
  // the first address it listens on.
  std::string public_url;
  // What wait_for and messages may go to although it is no public address.
  std::vector<AddressRange> private_networks;
  ServiceNotify notify;
  // Sentences for the operator's log: what happens, and what goes wrong. Any thread.
  std::function<void(NoteLevel, const std::string&)> note;
  // Once, on the thread of run(), when the DAG folder was looked at for the first time.
  std::function<void()> on_settled;
};

class Daemon {
 public:
  // Listens when it returns; nothing moves before run().
  static Result<std::unique_ptr<Daemon>> start(DaemonConfig config);
  ~Daemon();

  // Where it listens, ports as bound; the Unix socket <data>/run/api.sock comes last.
  const std::vector<http::Endpoint>& endpoints() const;
  // The token of a link that signs a new administrator in once; empty when there is one already.
  // Exists once on_settled was called.
  const std::string& first_link() const;
  // Of the DAG folder, as last looked at.
  struct Folder {
    std::size_t dags = 0, broken = 0;
    std::string problem;  // why it cannot be read; empty = it can
  };
  Folder folder() const;

  // Until stop(). After an error the process must end; the next start recovers.
  Status run();
  // Any thread. The first ends run() at the next turn; drain() grants nothing new and ends run()
  // when no attempt is live, or after `limit`.
  void stop();
  void drain(Duration limit);

  // Any thread: takes over the rules, and reads the certificate and the DAG files anew. An error is
  // that of the certificate; the old one stays.
  Status reload(const DaemonRules& rules);

  // Ends the server, then the scheduler with a clean stop. Tasks go on in the supervisor.
  Status close();

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidemill
