// `status`.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
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

// Who names a run wants to know how that is.
Result<int> run_in_a_sentence(Api& api, const StatusCommand& options) {
  const std::string run = std::to_string(TRY(api.find_run(options.run)));
  const Json why = TRY(api.get(path_of({"runs", run, "explain"})));
  return say(options, why,
             fmt::format("run {}: {}", run, printable(text_at(why, "sentence"), 2000)));
}

}  // namespace

int run_status(const StatusCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (!options.run.empty()) return run_in_a_sentence(api, options);
    const Json status = TRY(api.get("/status"));
    return say(options, status, status_text(api, status));
  });
}

}  // namespace tidemill::client
