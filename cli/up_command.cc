#include "cli/up_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "base/text.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/signal_thread.h"
#include "scheduler/daemon.h"

#ifndef TIDEMILL_VERSION
#define TIDEMILL_VERSION "0.0.0"
#endif

namespace tidemill {
namespace {

// "127.0.0.1:8420", "[::1]:8420".
Result<http::Endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : to_int(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) {
    return invalid(fmt::format("--listen {}: write it as ADDRESS:PORT, such as 127.0.0.1:8420",
                               printable(text)));
  }
  http::Endpoint endpoint;
  endpoint.address = text.substr(0, colon);
  if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
    endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
  }
  if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

Result<DaemonConfig> daemon_config(const UpCommand& options) {
  DaemonConfig config;
  config.data_dir = TRY(resolve_data_dir(options.data_dir));
  std::error_code failed;
  config.dag_folder = std::filesystem::absolute(options.dags, failed).lexically_normal().string();
  if (failed) return unavailable("cannot resolve " + options.dags + ": " + failed.message());
  config.version = TIDEMILL_VERSION;
  const int slots = options.slots > 0
                        ? options.slots
                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  config.agent_command = {TRY(own_binary()), "worker",  "--data-dir",
                          config.data_dir,   "--slots", std::to_string(slots)};
  config.http.endpoints.push_back(TRY(parse_endpoint(options.listen)));
  config.note = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  return config;
}

std::string address_of(const http::Endpoint& endpoint) {
  const bool v6 = endpoint.address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", v6 ? "[" : "", endpoint.address, v6 ? "]" : "",
                     endpoint.port);
}

Status serve(const UpCommand& options) {
  DaemonConfig config = TRY(daemon_config(options));
  const std::string folder = config.dag_folder;
  const std::unique_ptr<Daemon> daemon = TRY(Daemon::start(std::move(config)));
  fmt::print(stderr, "tidemill is ready at {}; DAG files are read from {}\n",
             address_of(daemon->endpoints().front()), folder);
  SignalThread signals(
      [&](int, const char* name) {
        fmt::print(stderr, "{}: stopping; running tasks go on and are taken up at the next start\n",
                   name);
        daemon->stop();
      },
      std::chrono::seconds(3600), [] {});
  TRY(daemon->run());
  return daemon->close();
}

}  // namespace

int run_up(const UpCommand& options) {
  SignalThread::block();
  const Status served = serve(options);
  return served.ok() ? kExitOk : report(served.error());
}

}  // namespace tidemill
