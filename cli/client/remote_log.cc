#include "cli/client/remote_log.h"

#include <fmt/format.h>
#include <poll.h>

#include "base/fd.h"
#include "cli/client/fields.h"
#include "cli/cri_text.h"
#include "cli/terminal.h"

namespace tidemill::client {
namespace {

constexpr int kPollMs = 250;
constexpr const char* kPieceBytes = "1048576";

// As it is stored, so that it is shown as logs of this machine are.
std::string cri_line(const Json& line) {
  return fmt::format("{} {} {} {}\n", text_at(line, "time"), text_at(line, "stream"),
                     flag_at(line, "partial") ? "P" : "F", text_at(line, "text"));
}

Result<std::string> task_path(Api& api, const LogsCommand& options) {
  const std::int64_t run = TRY(api.find_run(options.run));
  return path_of({"runs", std::to_string(run), "tasks", options.task});
}

// Until the task has started or never will.
Status wait_for_start(Api& api, const std::string& task) {
  while (true) {
    const Json json = TRY(api.get(task));
    if (int_at(json, "attempts") > 0 || has_value(json, "ended_at")) return Ok{};
    ::poll(nullptr, 0, kPollMs);
  }
}

}  // namespace

Status print_remote_log(Api& api, const LogsCommand& options) {
  const std::string task = TRY(task_path(api, options));
  if (options.follow) TRY(wait_for_start(api, task));
  CriText text({options.timestamps, probe_terminal(1)});
  std::string attempt = options.attempt == 0 ? "" : std::to_string(options.attempt);
  std::int64_t from = 0;
  while (true) {
    const Json piece = TRY(api.get(
        task + "/log" +
        query_of({{"attempt", attempt}, {"from", std::to_string(from)}, {"bytes", kPieceBytes}})));
    // A retry that begins meanwhile is another log.
    attempt = std::to_string(int_at(piece, "attempt"));
    std::string lines;
    for (const Json& line : array_at(piece, "lines")) lines += cri_line(line);
    TRY(write_all(1, text.feed(lines)));
    const std::int64_t next = std::max(int_at(piece, "next"), from);
    const bool moved = next > from;
    from = next;
    if (moved) continue;
    if (!options.follow || flag_at(piece, "ended")) return Ok{};
    ::poll(nullptr, 0, kPollMs);
  }
}

}  // namespace tidemill::client
