#include "cli/up_command.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "cli/daemon_log.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/secrets.h"
#include "cli/signal_thread.h"
#include "scheduler/daemon.h"
#include "scheduler/endpoint.h"

#ifndef TIDEMILL_VERSION
#define TIDEMILL_VERSION "0.0.0"
#endif

namespace tidemill {
namespace {

Result<std::vector<std::string>> worker_command(const Settings& settings) {
  const auto processors = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  const std::int64_t given = settings.integer("slots");
  const std::int64_t slots = given > 0 ? given : std::max<std::int64_t>(1, processors);
  std::vector<std::string> command = {TRY(own_binary()), "worker",
                                      "--data-dir",      settings.text("data_dir"),
                                      "--slots",         fmt::format("{}", slots)};
  for (const std::string& label : settings.list("labels")) {
    command.insert(command.end(), {"--label", label});
  }
  return command;
}

Status check_pairs(const Settings& settings) {
  if (settings.text("tls.certificate").empty() != settings.text("tls.key").empty()) {
    return invalid("tls.certificate and tls.key are needed together");
  }
  if (settings.text("workers.certificate").empty() != settings.text("workers.key").empty()) {
    return invalid("workers.certificate and workers.key are needed together");
  }
  if (settings.text("proxy.header").empty() != settings.list("proxy.addresses").empty()) {
    return invalid(
        "proxy.header and proxy.addresses are needed together: a header alone would be "
        "believed from anybody");
  }
  return Ok{};
}

DaemonRules rules_of(const Settings& settings) {
  DaemonRules rules;
  rules.hosts = settings.list("hosts");
  rules.disk.reserve_bytes = static_cast<std::uint64_t>(settings.integer("disk.reserve"));
  rules.disk.reserve_percent = static_cast<unsigned>(settings.integer("disk.reserve_percent"));
  rules.disk.ballast_bytes = static_cast<std::uint64_t>(settings.integer("disk.ballast"));
  rules.retention.runs.age = std::chrono::hours(24 * settings.integer("retention.days"));
  rules.retention.runs.runs = settings.integer("retention.runs");
  rules.retention.log_bytes = static_cast<std::uint64_t>(settings.integer("retention.log_bytes"));
  return rules;
}

Result<std::optional<WorkerDoorConfig>> worker_door(const Settings& settings) {
  const std::string& listen = settings.text("workers.listen");
  if (listen.empty()) return std::optional<WorkerDoorConfig>();
  const http::Endpoint endpoint = TRY(parse_endpoint(listen));
  const bool own = !settings.text("workers.certificate").empty();
  WorkerDoorConfig door;
  door.address = endpoint.address;
  door.port = fmt::format("{}", endpoint.port);
  door.certificate_file = settings.text(own ? "workers.certificate" : "tls.certificate");
  door.key_file = settings.text(own ? "workers.key" : "tls.key");
  if (door.certificate_file.empty()) {
    door.makes_certificate = true;
    door.certificate_file = settings.text("data_dir") + "/workers.pem";
    door.key_file = settings.text("data_dir") + "/workers.key";
  }
  return std::optional(std::move(door));
}

// The address as configured, so that links of an earlier start stay good.
std::string public_url(const Settings& settings, const http::ServerOptions& options) {
  if (std::string url = settings.text("public_url"); !url.empty()) return url;
  const std::string scheme = options.certificate_file.empty() ? "http://" : "https://";
  return scheme + (options.endpoints.empty() ? "127.0.0.1" : to_text(options.endpoints.front()));
}

Result<DaemonConfig> daemon_config(const Settings& settings, const UpCommand& options) {
  TRY(check_pairs(settings));
  DaemonConfig config;
  config.data_dir = settings.text("data_dir");
  config.dag_folder = settings.text("dags");
  config.alerts_file = settings.text("alerts");
  config.secret = [data_dir = config.data_dir](const std::string& name) {
    return read_secret(data_dir, name);
  };
  config.version = TIDEMILL_VERSION;
  if (options.with_worker) config.agent_command = TRY(worker_command(settings));
  if (settings.text("durability") == "crash") config.durability = Durability::crash;
  for (const std::string& address : settings.list("listen")) {
    config.http.endpoints.push_back(TRY(parse_endpoint(address)));
  }
  config.workers = TRY(worker_door(settings));
  config.worker_lease = settings.duration("workers.lease");
  config.rules = rules_of(settings);
  config.http.certificate_file = settings.text("tls.certificate");
  config.http.key_file = settings.text("tls.key");
  config.allow_plain_http = settings.is_on("allow_plain_http");
  config.proxy.header = to_lower_ascii(settings.text("proxy.header"));
  for (const std::string& range : settings.list("proxy.addresses")) {
    config.proxy.addresses.push_back(TRY(parse_address_range(range)));
  }
  for (const std::string& range : settings.list("allow_private_network")) {
    config.private_networks.push_back(TRY(parse_address_range(range)));
  }
  config.public_url = public_url(settings, config.http);
  config.notify = TRY(ServiceNotify::open(options.sources.environment));
  return config;
}

// $JOURNAL_STREAM is inherited by everything below a service; it means stderr only when it names
// the very same socket, as DEVICE:INODE.
bool writes_to_journal(const SettingSources& sources) {
  struct stat info {};
  return ::fstat(STDERR_FILENO, &info) == 0 &&
         sources.environment("JOURNAL_STREAM") == fmt::format("{}:{}", info.st_dev, info.st_ino);
}

LogForm log_form(const Settings& settings, const SettingSources& sources) {
  if (settings.text("log.format") == "json") return LogForm::json;
  return writes_to_journal(sources) ? LogForm::journal : LogForm::text;
}

// One daemon and the signals that are meant for it.
class Service {
 public:
  Service(const UpCommand& options, const Settings& settings)
      : options_(options),
        settings_(settings),
        log_(log_form(settings, options.sources), note_level_from(settings.text("log.level"))) {}

  Status serve();

 private:
  void say(NoteLevel level, const std::string& text) { log_.write(level, text); }
  void warn();
  std::string web_address() const;
  void greet();
  void on_signal(const char* name);
  void stop(const char* name);
  void reload();
  void set_running(Daemon* daemon);

  const UpCommand& options_;
  const Settings& settings_;
  const bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  DaemonLog log_;
  std::unique_ptr<Daemon> daemon_;
  // A signal must not meet a daemon that is being taken apart.
  std::mutex mutex_;
  Daemon* running_ = nullptr;  // guarded by mutex_; null before its start and from its end on
  std::atomic<int> stops_ = 0;
};

// What is allowed and seldom meant.
void Service::warn() {
  if (::geteuid() == 0 && options_.with_worker) {
    say(NoteLevel::warning, "running as root: every task runs as root too");
  }
  struct stat info {};
  const std::string& key = settings_.text("tls.key");
  if (!key.empty() && ::stat(key.c_str(), &info) == 0 && (info.st_mode & 077) != 0) {
    say(NoteLevel::warning, fmt::format("others may read the TLS key: chmod 600 {}", key));
  }
}

std::string Service::web_address() const {
  const bool tls = !settings_.text("tls.certificate").empty();
  http::Endpoint endpoint = daemon_->endpoints().front();
  if (endpoint.address == "0.0.0.0") endpoint.address = "127.0.0.1";
  if (endpoint.address == "::") endpoint.address = "::1";
  return fmt::format("{}://{}", tls ? "https" : "http", to_text(endpoint));
}

void Service::greet() {
  const Daemon::Folder folder = daemon_->folder();
  const auto dags = static_cast<std::int64_t>(folder.dags);
  const std::string broken = folder.broken == 0 ? ""
                                                : fmt::format(", {} with mistakes", folder.broken);
  say(NoteLevel::info,
      fmt::format("tidemill {} is ready at {}; {} in {}{}", TIDEMILL_VERSION, web_address(),
                  plural(dags, "dag"), settings_.text("dags"), broken));
  if (!folder.problem.empty()) say(NoteLevel::warning, folder.problem);
  if (daemon_->first_link().empty()) return;
  // Whoever reads it becomes an administrator, so it is shown to a person and kept nowhere.
  if (on_terminal_) {
    fmt::print(stderr, "\n  Sign in once, within 10 minutes: {}/sign-in#{}\n\n", web_address(),
               daemon_->first_link());
  } else {
    say(NoteLevel::warning,
        "there is no administrator who can sign in yet: `tidemill up` on a terminal shows a "
        "link, and commands on this machine work without one");
  }
}

// A closed terminal sends HUP too, and then there is nobody to serve.
void Service::on_signal(const char* name) {
  termios unused{};
  const bool terminal_is_gone = on_terminal_ && ::tcgetattr(STDERR_FILENO, &unused) != 0;
  if (std::string_view(name) == "SIGHUP" && !terminal_is_gone) return reload();
  stop(name);
}

void Service::stop(const char* name) {
  const int count = ++stops_;
  const bool drains = settings_.text("stop.mode") == "drain";
  if (count > (drains ? 2 : 1)) {
    say(NoteLevel::warning, fmt::format("{} again: leaving at once", name));
    std::_Exit(kExitFailed);
  }
  const std::lock_guard lock(mutex_);
  if (running_ == nullptr) {
    if (count > 1) return;
    return say(NoteLevel::info, fmt::format("{}: stopping as soon as the start is done", name));
  }
  if (count == 1 && drains) {
    say(NoteLevel::info, fmt::format("{}: starting nothing new and waiting for running tasks, at "
                                     "most {}; once more leaves them to go on",
                                     name, settings_.text("stop.limit")));
    return running_->drain(settings_.duration("stop.limit"));
  }
  say(NoteLevel::info,
      fmt::format("{}: stopping; running tasks go on and are taken up at the next start", name));
  running_->stop();
}

void Service::reload() {
  const auto settings = Settings::read(options_.sources);
  if (!settings.ok()) {
    say(NoteLevel::error,
        "SIGHUP: the configuration is left as it was: " + settings.error().message);
    return;
  }
  log_.set_least(note_level_from(settings->text("log.level")));
  const std::lock_guard lock(mutex_);
  if (running_ == nullptr) return;
  const Status read = running_->reload(rules_of(*settings));
  if (!read.ok()) say(NoteLevel::error, "SIGHUP: " + read.error().message);
  say(NoteLevel::info,
      "SIGHUP: log level, hosts, certificate, retention, disk reserve, DAG files and the file of "
      "alerts were read again; other settings count from the next start");
}

void Service::set_running(Daemon* daemon) {
  const std::lock_guard lock(mutex_);
  running_ = daemon;
}

Status Service::serve() {
  DaemonConfig config = TRY(daemon_config(settings_, options_));
  config.note = [this](NoteLevel level, const std::string& text) { say(level, text); };
  config.on_settled = [this] { greet(); };
  SignalThread signals([this](int, const char* name) { on_signal(name); },
                       std::chrono::seconds(3600), [] {});
  daemon_ = TRY(Daemon::start(std::move(config)));
  warn();
  set_running(daemon_.get());
  if (stops_ > 0) daemon_->stop();
  const Status ran = daemon_->run();
  set_running(nullptr);
  Status closed = ran.ok() ? daemon_->close() : ran;
  if (closed.ok()) say(NoteLevel::info, "stopped");
  return closed;
}

}  // namespace

int run_up(const UpCommand& options) {
  SignalThread::block();
  const auto settings = Settings::read(options.sources);
  if (!settings.ok()) return report(settings.error());
  const Status served = Service(options, *settings).serve();
  return served.ok() ? kExitOk : report(served.error());
}

}  // namespace tidemill
