// `status` and `workers`.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

std::string status_text(const Api& api, const Json& status) {
  const Json& you = object_at(status, "you");
  const WallTime started = time_at(status, "started_at");
  const WallTime now = time_at(status, "now");
  return fmt::format(
      "scheduler   {} · version {} · up for {}\n"
      "you         {} ({})\n"
      "runs        {} not ended\n"
      "tasks       {} live, {} ready\n"
      "workers     {} connected",
      api.address().shown, printable(text_at(status, "version")), format_duration(now - started),
      printable(text_at(you, "name")), printable(text_at(you, "role")),
      int_at(status, "unfinished_runs"), int_at(status, "live_attempts"),
      int_at(status, "ready_tasks"), int_at(status, "workers_connected"));
}

std::string worker_state(const Json& worker) {
  if (!flag_at(worker, "connected")) return "away";
  return flag_at(worker, "draining") ? "draining" : "connected";
}

}  // namespace

int run_status(const StatusCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json status = TRY(api.get("/status"));
    return say(options, status, status_text(api, status));
  });
}

int run_workers(const WorkersCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const Json answer = TRY(api.get("/workers"));
    if (options.json) return say(options, answer, "");
    Table table({"worker", "state", ">running", ">slots", "last seen", "labels"});
    for (const Json& worker : array_at(answer, "workers")) {
      const std::string state = worker_state(worker);
      table.row({text_at(worker, "worker"),
                 {state, state == "connected" ? Style::green : Style::yellow},
                 std::to_string(int_at(worker, "running")),
                 std::to_string(int_at(worker, "slots")),
                 moment_at(worker, "last_seen"),
                 list_at(worker, "labels")});
    }
    fmt::print("{}", table.empty() ? "no worker has ever come\n" : table.text(probe_terminal(1)));
    return static_cast<int>(kExitOk);
  });
}

}  // namespace tidemill::client
