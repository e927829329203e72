#include "scheduler/daemon.h"

#include <unistd.h>

#include <atomic>

#include "scheduler/api/publisher.h"
#include "scheduler/api/routes.h"
#include "scheduler/dag_text.h"
#include "scheduler/people/authenticator.h"
#include "scheduler/people/secret_store.h"
#include "scheduler/people/sessions.h"

namespace tidemill {
namespace {

// Tells several observers what happens, in order.
class Observers : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }
  void on_commit(const Batch& batch) override {
    for (Observer* observer : all_) observer->on_commit(batch);
  }
  void on_progress(RunId run, TaskIndex task, double fraction, const std::string& text) override {
    for (Observer* observer : all_) observer->on_progress(run, task, fraction, text);
  }
  void on_run_ended(RunId run, RunState state) override {
    for (Observer* observer : all_) observer->on_run_ended(run, state);
  }
  void on_deadline_missed(RunId run) override {
    for (Observer* observer : all_) observer->on_deadline_missed(run);
  }
  void on_note(const std::string& text) override {
    for (Observer* observer : all_) observer->on_note(text);
  }

 private:
  std::vector<Observer*> all_;
};

Result<DagPtr> parse_version(const DagVersionRow& version, const std::string& directory) {
  return parse_stored_dag(version.name, version.source, directory);
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
        publisher(config.note),
        metrics(config.version),
        people(config.data_dir + "/tidemill.db"),
        sign_in(people, hasher),
        authenticator(people, {}) {
    observers.add(metrics);
    observers.add(publisher);
  }

  Status open();
  Status open_scheduler();
  Status listen();
  void watch();
  void make_first_link();

  DaemonConfig config;
  Observers observers;
  api::Publisher publisher;
  api::Metrics metrics;
  Readers people;
  PasswordHasher hasher;
  SignIn sign_in;
  Authenticator authenticator;
  std::unique_ptr<SecretStore> secrets;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<Scheduler> scheduler;
  std::optional<api::Context> context;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<FolderWatcher> watcher;
  std::string first_link;
  std::atomic<bool> stopping = false;
};

Status Daemon::Parts::open_scheduler() {
  SchedulerConfig scheduling;
  scheduling.data_dir = config.data_dir;
  scheduling.agent_command = config.agent_command;
  scheduling.durability = config.durability;
  scheduling.observer = &observers;
  scheduling.load_dag = parse_version;
  scheduling.secret = [this](const std::string& name) { return secrets->get(name); };
  scheduler = TRY(Scheduler::open(std::move(scheduling)));
  return Ok{};
}

Status Daemon::Parts::open() {
  TRY(open_scheduler());
  secrets = TRY(SecretStore::open(config.data_dir, people));
  catalog = TRY(Catalog::open(config.data_dir + "/tidemill.db", parse_version));
  scheduler->set_planner(*catalog);
  make_first_link();
  TRY(listen());
  watch();
  return Ok{};
}

Status Daemon::Parts::listen() {
  context.emplace(
      api::Context::Parts{*scheduler, *catalog, metrics, people, sign_in, hasher, *secrets},
      config.data_dir, config.version, parse_version);
  http::ServerOptions options = config.http;
  http::Endpoint local;
  local.unix_path = config.data_dir + "/run/api.sock";
  options.endpoints.push_back(local);
  options.event_epoch = std::to_string(scheduler->epoch());
  options.on_error = [this](const std::string& id, const std::string& what) {
    config.note(fmt::format("request {}: {}", id, what));
  };
  server = TRY(http::Server::start(
      std::move(options), api::all_routes(*context), [this](const http::Request& request) {
        return authenticator.authenticate(shown_by(request), system_now().wall);
      }));
  publisher.connect(server->events());
  return Ok{};
}

// The folder is looked at on a thread of its own; what it found is taken over between two turns.
void Daemon::Parts::watch() {
  watcher = std::make_unique<FolderWatcher>(config.dag_folder, [this](FolderState state) {
    Mutation mutation;
    mutation.decide = [this, state = std::move(state)](Desk& desk) -> Result<Json> {
      catalog->take_folder(state, desk.engine, desk.now);
      for (const std::string& trouble : catalog->take_troubles()) config.note(trouble);
      return Json();
    };
    mutation.done = [](const Result<Json>&) {};
    scheduler->mutate(std::move(mutation));
  });
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
Daemon::~Daemon() {
  parts_->watcher.reset();
  parts_->server.reset();
}

const std::vector<http::Endpoint>& Daemon::endpoints() const { return parts_->server->endpoints(); }

const std::string& Daemon::first_link() const { return parts_->first_link; }

Status Daemon::run() {
  return parts_->scheduler->run_until([this] { return parts_->stopping.load(); });
}

void Daemon::stop() {
  parts_->stopping = true;
  parts_->scheduler->post([](Scheduler&) {});
}

void Daemon::look_at_folder() { parts_->watcher->look_now(); }

Status Daemon::close() {
  parts_->watcher.reset();
  parts_->server.reset();
  return parts_->scheduler->close();
}

}  // namespace tidemill
