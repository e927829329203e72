#include "scheduler/daemon.h"

#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "scheduler/alerts/alert_watch.h"
#include "scheduler/alerts/forecaster.h"
#include "scheduler/alerts/trouble_watch.h"
#include "scheduler/api/log_watch.h"
#include "scheduler/api/publisher.h"
#include "scheduler/api/routes.h"
#include "scheduler/chore.h"
#include "scheduler/dag_text.h"
#include "scheduler/endpoint.h"
#include "scheduler/housekeeping.h"
#include "scheduler/http/outgoing_url.h"
#include "scheduler/messenger.h"
#include "scheduler/observers.h"
#include "scheduler/people/authenticator.h"
#include "scheduler/people/param_vault.h"
#include "scheduler/people/secret_store.h"
#include "scheduler/people/sessions.h"
#include "scheduler/planners.h"
#include "scheduler/refusal_log.h"
#include "scheduler/storage/people_users.h"
#include "scheduler/storage/worker_tokens.h"
#include "scheduler/waits/lookout.h"

namespace tidemill {
namespace {

Result<DagPtr> parse_version(const DagVersionRow& version, const std::string& directory) {
  return parse_stored_dag(version.name, version.source, directory);
}

Result<DagPtr> load_version(const RunSource& version) {
  return parse_stored_dag(version.dag, version.source, version.directory);
}

Principal system_itself() {
  Principal system;
  system.kind = Principal::Kind::system;
  system.name = "system";
  return system;
}

Shown shown_by(const http::Request& request) {
  Shown shown;
  shown.headers = &request.headers;
  shown.address = request.remote;
  // The server accepts its own user and root there and nobody else.
  if (request.remote == "unix") shown.peer_uid = ::geteuid();
  shown.transport = request.tls ? Transport::tls : Transport::plain;
  shown.counts_as_use = !request.recheck;
  return shown;
}

}  // namespace

struct Daemon::Parts {
  explicit Parts(DaemonConfig given)
      : config(std::move(given)),
        publisher([this](const std::string& text) { config.note(NoteLevel::info, text); }),
        metrics(config.version),
        people(config.data_dir + "/tidemill.db"),
        sign_in(people, hasher),
        params(config.data_dir),
        authenticator(people, config.proxy),
        house{config.data_dir, people, authenticator,
              [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); },
              [this](const std::string& text) { config.note(NoteLevel::warning, text); }},
        disk(config.data_dir, config.rules.disk),
        policies(config.alerts_file),
        alerts({load_version, [this] { return policies.current(); },
                [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); },
                [this](const std::string& text) { config.note(NoteLevel::error, text); }}),
        troubles({config.data_dir + "/tidemill.db", people,
                  [this] { return catalog ? catalog->view() : nullptr; },
                  [this] { return last_disk; }, [this] { return policies.current(); },
                  [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); },
                  [this](const std::string& text) { config.note(NoteLevel::error, text); }}) {
    observers.add(metrics);
    observers.add(publisher);
    observers.add(alerts);
    observers.add(troubles);
    observers.add(messenger);
  }

  // It publishes into the server, and the server asks it.
  ~Parts() { log_watch.stop(); }

  Status open();
  Status read_policies();
  void take_policies(const PolicyFile::Look& look);
  void tell_of_policies(const std::string& broken);
  Status open_scheduler();
  Result<std::string> secret(const std::string& name);
  Result<std::optional<WorkerKey>> worker_key(const std::string& worker);
  Status tell_door();
  Status report_cut_audit();
  Status refuse_open_address();
  http::ServerOptions server_options();
  void store_audit(AuditEntry entry);
  Status listen();
  Status open_messenger();
  std::vector<std::string> hosts(const DaemonRules& rules) const;
  void take_folder(const FolderState& state, Desk& desk);
  void watch();
  void look_at_disk(Engine& engine);
  bool make_room();
  void start_janitor();
  void hold_grants(Engine& engine);
  bool is_done() const;
  void end_helpers();
  void end_server();
  Status end_server_while_turning();
  void make_first_link();

  DaemonConfig config;
  Observers observers;
  api::Publisher publisher;
  api::Metrics metrics;
  Readers people;
  PasswordHasher hasher;
  SignIn sign_in;
  ParamVault params;
  Authenticator authenticator;
  RefusalLog refusals{[this](AuditEntry entry) { store_audit(std::move(entry)); }};
  Housekeeping house;
  DiskWatch disk;
  PolicyFile policies;
  AlertWatch alerts;
  TroubleWatch troubles;
  bool disk_low = false;                     // the loop's thread
  std::optional<DiskWatch::Look> last_disk;  // likewise
  std::string disk_problem;
  std::unique_ptr<SecretStore> secrets;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<BulkRetries> bulk_retries;
  Planners planners;
  Messenger messenger;  // what the scheduler still answers must find it
  std::unique_ptr<Scheduler> scheduler;
  std::optional<Lookout> lookout;
  std::optional<Forecaster> forecaster;
  api::LogWatch log_watch;
  std::optional<api::Context> context;
  std::unique_ptr<http::Server> server;
  std::vector<http::Endpoint> endpoints;  // of the server, also when it has ended
  std::unique_ptr<FolderWatcher> watcher;
  std::unique_ptr<Janitor> janitor;
  std::string first_link;
  bool settled = false;  // the DAG folder was looked at; the loop's thread
  std::atomic<bool> stopping = false;
  std::atomic<bool> draining = false;
  bool closing = false;                          // the loop's thread
  std::atomic<std::int64_t> drain_until_us = 0;  // boot time
};

Status Daemon::Parts::open_scheduler() {
  SchedulerConfig scheduling;
  scheduling.data_dir = config.data_dir;
  scheduling.agent_command = config.agent_command;
  scheduling.durability = config.durability;
  scheduling.worker_lease = config.worker_lease;
  scheduling.workers = config.workers;
  if (scheduling.workers) {
    scheduling.workers->key_of = [this](const std::string& worker) { return worker_key(worker); };
    scheduling.workers->on_turned_away = [this](const TurnedAway& one) { refusals.refused(one); };
  }
  scheduling.observer = &observers;
  scheduling.load_dag = parse_version;
  scheduling.on_migration = [this](const std::string& name) {
    config.note(NoteLevel::info, "bringing the database up to date: " + name);
    config.notify.extend_start(std::chrono::minutes(10));
    config.notify.status("bringing the database up to date: " + name);
  };
  if (const auto every = config.notify.beat_every()) {
    scheduling.chores.push_back({*every, [this](Engine&, Now) { config.notify.beat(); }, {}});
  }
  scheduling.make_room = [this] { return make_room(); };
  scheduling.chores.push_back(
      {std::chrono::seconds(2), [this](Engine& engine, Now) { look_at_disk(engine); }, {}});
  scheduling.chores.push_back(
      {std::chrono::minutes(10), [this](Engine&, Now) { refusals.tell_left_out(); }, {}});
  for (Chore& chore : housekeeping_chores(house)) scheduling.chores.push_back(std::move(chore));
  scheduling.look = [this](shell_effect::Look look) {
    if (lookout) lookout->look(std::move(look));
  };
  scheduling.chores.push_back(alerts.chore());
  scheduling.chores.push_back(troubles.chore());
  scheduling.params = &params;
  scheduling.recalls_past = true;
  scheduling.secret = [this](const std::string& name) { return secret(name); };
  scheduler = TRY(Scheduler::open(std::move(scheduling)));
  LookoutRules looking;
  looking.database = config.data_dir + "/tidemill.db";
  looking.private_networks = config.private_networks;
  lookout.emplace(std::move(looking), [this](RunId run, event::Looked looked) {
    scheduler->looked(run, std::move(looked));
  });
  return Ok{};
}

Result<std::optional<WorkerKey>> Daemon::Parts::worker_key(const std::string& worker) {
  auto reader = TRY(people.take());
  const auto row = TRY(find_worker_token(*reader, worker));
  if (!row) return std::optional<WorkerKey>();
  return std::optional(WorkerKey{row->stored_key, row->revoked_at.us != 0});
}

Status Daemon::Parts::tell_door() {
  if (!config.workers) return Ok{};
  const std::string pin = TRY(certificate_fingerprint(config.workers->certificate_file));
  config.note(NoteLevel::info,
              fmt::format("workers of other machines come in at {}:{}; the fingerprint of their "
                          "scheduler is {}",
                          config.workers->address, scheduler->workers_port(), pin));
  return Ok{};
}

// The store first; a file that an operator laid down for `tidemill run` counts as well.
Result<std::string> Daemon::Parts::secret(const std::string& name) {
  auto value = secrets->get(name);
  if (value.ok() || value.error().code != ErrorCode::not_found || !config.secret) return value;
  return config.secret(name);
}

Status Daemon::Parts::report_cut_audit() {
  const std::string cut = TRY(audit_was_cut(config.data_dir, people));
  if (!cut.empty()) config.note(NoteLevel::error, "the audit log was changed from outside: " + cut);
  return Ok{};
}

// Who is to be told must be known before anything can go wrong.
Status Daemon::Parts::read_policies() {
  const PolicyFile::Look look = policies.look();
  for (const std::string& warning : look.warnings) config.note(NoteLevel::warning, warning);
  if (look.broken.empty()) return Ok{};
  return invalid(look.broken + "; tidemill policy check FILE tells all that is wrong with it");
}

void Daemon::Parts::take_policies(const PolicyFile::Look& look) {
  for (const std::string& warning : look.warnings) config.note(NoteLevel::warning, warning);
  if (look.broken.empty()) {
    config.note(NoteLevel::info, "the file of alerts was read again");
  } else {
    config.note(NoteLevel::error, "the file of alerts is left as it was: " + look.broken);
  }
  tell_of_policies(look.broken);
}

void Daemon::Parts::tell_of_policies(const std::string& broken) {
  Mutation mutation;
  mutation.store = [broken, in_force = policies.current(),
                    now = system_now().wall](Database& database) {
    return tell_keyed_alerts(database, {alert_of_policies(broken)}, in_force, now);
  };
  mutation.done = [this](const Result<Json>& told) {
    if (!told.ok()) config.note(NoteLevel::error, told.error().message);
  };
  scheduler->mutate(std::move(mutation));
}

Status Daemon::Parts::open() {
  TRY(read_policies());
  TRY(open_scheduler());
  for (const RunId run : scheduler->recovered()) {
    const LiveRun* live = scheduler->engine().find(run);
    if (live == nullptr) continue;
    publisher.know(run, live->dag->name);
    metrics.know(run, live->dag->name);
  }
  TRY(report_cut_audit());
  secrets = TRY(SecretStore::open(config.data_dir, people));
  catalog = TRY(Catalog::open(config.data_dir + "/tidemill.db", parse_version));
  bulk_retries = TRY(BulkRetries::open(config.data_dir + "/tidemill.db", parse_version));
  for (const auto& [name, view] : catalog->view()->dags) publisher.know(view->row);
  planners.add(*catalog);
  planners.add(*bulk_retries);
  scheduler->set_planner(planners);
  make_first_link();
  TRY(listen());
  TRY(tell_door());
  messenger.start();
  watch();
  tell_of_policies("");
  policies.watch([this](const PolicyFile::Look& look) { take_policies(look); });
  start_janitor();
  forecaster.emplace(
      Forecaster::World{config.data_dir + "/tidemill.db", parse_version, load_version,
                        [this] { return policies.current(); },
                        [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); },
                        [this](const std::string& text) { config.note(NoteLevel::error, text); }});
  return Ok{};
}

// A password must not cross a network in the clear, nor the link that makes the first
// administrator.
Status Daemon::Parts::refuse_open_address() {
  if (!config.http.certificate_file.empty()) return Ok{};
  for (const http::Endpoint& endpoint : config.http.endpoints) {
    if (is_loopback(endpoint)) continue;
    if (!config.allow_plain_http) {
      return invalid(fmt::format(
          "{} can be reached by other machines, and plain HTTP shows them every password: name "
          "--tls-certificate and --tls-key, or listen on 127.0.0.1; behind a proxy that has TLS, "
          "set allow_plain_http",
          to_text(endpoint)));
    }
    auto reader = TRY(people.take());
    if (TRY(admins_with_password(*reader)) > 0) continue;
    return invalid(fmt::format(
        "nobody can sign in yet, and {} can be reached by other machines: start once with --listen "
        "127.0.0.1:8420, sign in with the link it prints and set a password",
        to_text(endpoint)));
  }
  return Ok{};
}

http::ServerOptions Daemon::Parts::server_options() {
  http::ServerOptions options = config.http;
  options.hosts = hosts(config.rules);
  http::Endpoint local;
  local.unix_path = config.data_dir + "/run/api.sock";
  options.endpoints.push_back(local);
  options.event_epoch = std::to_string(scheduler->epoch());
  options.on_error = [this](const std::string& id, const std::string& what) {
    config.note(NoteLevel::error, fmt::format("request {}: {}", id, what));
  };
  options.on_request = [this](const http::RequestRecord& record) {
    refusals.refused(record);
    config.note(
        NoteLevel::debug,
        fmt::format("{} {} {} {} from {} by {}, {} bytes, request {}", record.method, record.path,
                    record.status, format_duration(record.duration), record.remote,
                    record.who.empty() ? "nobody" : record.who, record.bytes, record.id));
  };
  return options;
}

void Daemon::Parts::store_audit(AuditEntry entry) {
  Mutation mutation;
  mutation.audit = std::move(entry);
  mutation.store = [](Database&) -> Result<Json> { return Json(); };
  mutation.done = [](const Result<Json>&) {};
  scheduler->mutate(std::move(mutation));
}

Status Daemon::Parts::open_messenger() {
  return messenger.open({config.data_dir,
                         config.public_url,
                         people,
                         {config.data_dir, parse_version, [this] { return catalog->view(); }},
                         [this] { return policies.current(); },
                         [this](const std::string& name) { return secret(name); },
                         [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); },
                         [this](const std::string& text) { config.note(NoteLevel::warning, text); },
                         config.private_networks});
}

// Links in messages lead here under the name that the operator gave.
std::vector<std::string> Daemon::Parts::hosts(const DaemonRules& rules) const {
  std::vector<std::string> names = rules.hosts;
  const auto url = http::parse_outgoing_url(config.public_url);
  if (url.ok()) names.push_back(url->host);
  return names;
}

Status Daemon::Parts::listen() {
  TRY(refuse_open_address());
  TRY(open_messenger());
  context.emplace(
      api::Context::Parts{*scheduler, *catalog, *bulk_retries, metrics, people, sign_in, hasher,
                          *secrets, params, policies, messenger.links(), log_watch},
      config.data_dir, config.version, parse_version);
  server = TRY(http::Server::start(
      server_options(), api::all_routes(*context), [this](const http::Request& request) {
        return authenticator.authenticate(shown_by(request), system_now().wall);
      }));
  endpoints = server->endpoints();
  publisher.connect(server->events());
  TRY(log_watch.start(server->events()));
  return Ok{};
}

void Daemon::Parts::take_folder(const FolderState& state, Desk& desk) {
  catalog->take_folder(state, desk.engine, desk.now);
  for (const std::string& trouble : catalog->take_troubles()) {
    config.note(NoteLevel::warning, trouble);
  }
}

// The folder is looked at on a thread of its own; what it found is taken over between two turns.
void Daemon::Parts::watch() {
  watcher = std::make_unique<FolderWatcher>(config.dag_folder, [this](FolderState state) {
    Mutation mutation;
    mutation.decide = [this, state = std::move(state)](Desk& desk) -> Result<Json> {
      take_folder(state, desk);
      return Json();
    };
    mutation.done = [this](const Result<Json>&) {
      if (!std::exchange(settled, true) && config.on_settled) config.on_settled();
    };
    scheduler->mutate(std::move(mutation));
  });
}

void Daemon::Parts::start_janitor() {
  Janitor::World world;
  world.data_dir = config.data_dir;
  world.mutate = [this](Mutation mutation) { scheduler->mutate(std::move(mutation)); };
  world.note = [this](const std::string& text) { config.note(NoteLevel::info, text); };
  world.complain = [this](const std::string& text) { config.note(NoteLevel::warning, text); };
  janitor = std::make_unique<Janitor>(std::move(world), config.rules.retention);
}

void Daemon::Parts::look_at_disk(Engine& engine) {
  const auto look = disk.look();
  const std::string problem = look.ok() ? "" : look.error().message;
  if (problem != disk_problem && !problem.empty()) config.note(NoteLevel::error, problem);
  disk_problem = problem;
  if (!look.ok()) return;
  if (look->low != disk_low) {
    config.note(look->low ? NoteLevel::error : NoteLevel::info,
                fmt::format("{}: {} free of {}, {} wanted{}",
                            look->low ? "the disk is nearly full" : "the disk has room again",
                            format_bytes(look->space.free), format_bytes(look->space.total),
                            format_bytes(look->wanted),
                            look->low ? "; nothing new is started until there is" : ""));
  }
  disk_low = look->low;
  last_disk = *look;
  hold_grants(engine);
}

bool Daemon::Parts::make_room() {
  const bool made = disk.give_up_ballast();
  config.note(NoteLevel::error,
              made ? "the disk is full: the ballast was given up to record what ends"
                   : "the disk is full and there is no ballast left");
  return made;
}

void Daemon::Parts::hold_grants(Engine& engine) {
  engine.hold_grants(draining || closing ? "the scheduler is stopping"
                     : disk_low          ? "the disk is nearly full"
                                         : "");
}

bool Daemon::Parts::is_done() const {
  if (stopping) return true;
  if (!draining) return false;
  return scheduler->engine().live_attempts() == 0 || system_now().boot.us >= drain_until_us.load();
}

// Refused, and then of no use, when there is somebody who can sign in.
void Daemon::Parts::make_first_link() {
  const WallTime now = system_now().wall;
  Credential link = tidemill::make_first_link("admin", now);
  Mutation mutation;
  mutation.audit = audit_entry(link.change, system_itself(), now);
  mutation.store = link.change.store;
  mutation.done = [this, token = link.token](const Result<Json>& made) {
    if (made.ok()) first_link = token;
  };
  scheduler->mutate(std::move(mutation));
}

Result<std::unique_ptr<Daemon>> Daemon::start(DaemonConfig config) {
  CHECK(config.note != nullptr);
  auto parts = std::make_unique<Parts>(std::move(config));
  TRY(parts->open());
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

// Whoever calls the scheduler from another thread ends before it.
void Daemon::Parts::end_helpers() {
  messenger.stop();
  lookout.reset();
  forecaster.reset();
  janitor.reset();
  policies.stop();
  watcher.reset();
  log_watch.stop();
}

// The hub of events ends with the server, and what the scheduler commits at last comes after it.
void Daemon::Parts::end_server() {
  publisher.disconnect();
  server.reset();
}

Daemon::~Daemon() {
  parts_->end_helpers();
  parts_->end_server();
}

const std::vector<http::Endpoint>& Daemon::endpoints() const { return parts_->endpoints; }

const std::string& Daemon::first_link() const { return parts_->first_link; }

Daemon::Folder Daemon::folder() const {
  const auto view = parts_->catalog->view();
  Folder folder;
  folder.problem = view->problem;
  for (const auto& [name, dag] : view->dags) {
    folder.dags += dag->row.state == DagRow::State::gone ? 0 : 1;
    folder.broken += dag->row.state == DagRow::State::broken ? 1 : 0;
  }
  return folder;
}

Status Daemon::run() {
  // Said by the loop itself: whoever waits for it knows that it turns.
  parts_->scheduler->post([this](Scheduler& self) {
    parts_->config.notify.ready(
        fmt::format("serving; {} taken up",
                    plural(static_cast<std::int64_t>(self.recovered().size()), "unfinished run")));
  });
  return parts_->scheduler->run_until([this] { return parts_->is_done(); });
}

void Daemon::stop() {
  parts_->stopping = true;
  parts_->config.notify.stopping("stopping");
  parts_->scheduler->post([](Scheduler&) {});
}

void Daemon::drain(Duration limit) {
  parts_->drain_until_us = (system_now().boot + limit).us;
  parts_->draining = true;
  parts_->config.notify.stopping("waiting for running tasks");
  Mutation mutation;
  mutation.decide = [this](Desk& desk) -> Result<Json> {
    parts_->hold_grants(desk.engine);
    return Json();
  };
  mutation.done = [](const Result<Json>&) {};
  parts_->scheduler->mutate(std::move(mutation));
}

Status Daemon::reload(const DaemonRules& rules) {
  parts_->config.notify.reloading();
  parts_->server->set_hosts(parts_->hosts(rules));
  parts_->janitor->set_rules(rules.retention);
  Mutation mutation;
  mutation.decide = [this, disk = rules.disk](Desk& desk) -> Result<Json> {
    parts_->disk.set_rule(disk);
    parts_->look_at_disk(desk.engine);
    return Json();
  };
  mutation.done = [](const Result<Json>&) {};
  parts_->scheduler->mutate(std::move(mutation));
  parts_->watcher->look_now();
  parts_->policies.look_now();
  const Status read = parts_->server->reload_certificate();
  parts_->scheduler->reload_door([this](const Status& done) {
    if (!done.ok()) parts_->config.note(NoteLevel::error, done.error().message);
  });
  parts_->config.notify.ready("serving");
  return read;
}

// Requests in progress wait for an answer of the loop: it goes on turning until the server has
// ended, and grants nothing meanwhile.
Status Daemon::Parts::end_server_while_turning() {
  publisher.disconnect();
  Mutation hold;
  hold.decide = [this](Desk& desk) -> Result<Json> {
    closing = true;
    hold_grants(desk.engine);
    return Json();
  };
  hold.done = [](const Result<Json>&) {};
  scheduler->mutate(std::move(hold));
  std::atomic<bool> ended = false;
  std::thread ending([&] {
    server.reset();
    ended = true;
    scheduler->post([](Scheduler&) {});
  });
  const Status turned = scheduler->run_until([&] { return ended.load(); });
  ending.join();
  return turned;
}

Status Daemon::close() {
  parts_->end_helpers();
  TRY(parts_->end_server_while_turning());
  return parts_->scheduler->close();
}

}  // namespace tidemill
