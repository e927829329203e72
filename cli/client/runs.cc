#include "cli/client/runs.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/fields.h"
#include "cli/client/table.h"

namespace tidemill::client {
namespace {

constexpr int kLargestPage = 500;

std::string why_of(const Json& run) {
  if (flag_at(run, "paused")) return "paused";
  const bool has_ended = has_value(run, "ended_at");
  if (flag_at(run, "cancelling") && !has_ended) return "cancelling";
  return text_at(run, "reason");
}

std::string done_of(const Json& run) {
  const Json& tasks = object_at(run, "tasks");
  const std::int64_t done = int_at(tasks, "succeeded") + int_at(tasks, "failed") +
                            int_at(tasks, "other_end");
  return fmt::format("{}/{}", done, int_at(tasks, "total"));
}

}  // namespace

Result<Json::Array> fetch_runs(Api& api, const RunsCommand& options) {
  Json::Array runs;
  std::string after;
  do {
    const int left = options.limit - static_cast<int>(runs.size());
    const Json page = TRY(
        api.get("/runs" + query_of({{"dag", options.dag},
                                    {"state", options.state},
                                    {"limit", std::to_string(std::min(left, kLargestPage))},
                                    {"after", after}})));
    for (const Json& run : array_at(page, "runs")) runs.push_back(run);
    after = text_at(page, "next");
  } while (!after.empty() && std::ssize(runs) < options.limit);
  return runs;
}

void print_runs(const Json::Array& runs) {
  Table table({">run", "dag", "state", "created", ">took", ">tasks", "reason"});
  for (const Json& run : runs) {
    const std::string state = text_at(run, "state");
    table.row({std::to_string(int_at(run, "run")),
               text_at(run, "dag"),
               {state, style_of_state(state)},
               moment_at(run, "created_at"),
               duration_at(run, "duration_ms"),
               done_of(run),
               why_of(run)});
  }
  fmt::print("{}", table.empty() ? "no runs match\n" : table.text(probe_terminal(1)));
}

}  // namespace tidemill::client
