// `history`: what happened to a run, from the scheduler or, where none serves, from the rows.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/api.h"
#include "cli/client/fields.h"
#include "cli/client/moment.h"
#include "cli/client/table.h"
#include "cli/commands.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/stored_run.h"
#include "scheduler/api/history.h"

namespace tidemill {
namespace {

using client::array_at;
using client::text_at;

constexpr int kLargestPage = 2000;

Result<std::string> moment_of(const HistoryCommand& options) {
  if (options.at.empty()) return std::string();
  return format_rfc3339(TRY(client::parse_moment("--at", options.at)));
}

// Every page; what each says of the run itself is the same.
Result<Json> fetch(client::Api& api, const HistoryCommand& options) {
  const std::string run = std::to_string(TRY(api.find_run(options.run)));
  const std::string at = TRY(moment_of(options));
  Json whole;
  Json::Array events;
  std::string after;
  do {
    whole = TRY(api.get(
        client::path_of({"runs", run, "history"}) +
        client::query_of({{"at", at}, {"after", after}, {"limit", std::to_string(kLargestPage)}})));
    for (const Json& event : array_at(whole, "events")) events.push_back(event);
    after = text_at(whole, "next");
  } while (!after.empty());
  whole.set("events", std::move(events));
  return whole;
}

Result<Json> read_rows(const HistoryCommand& options) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, options.run));
  api::HistoryQuery query;
  query.limit = INT32_MAX;
  if (!options.at.empty()) query.at = TRY(client::parse_moment("--at", options.at));
  const RunRow row = TRY(reader.run(id));
  return api::history_json(reader, row, query);
}

void print_then(const Json& history) {
  client::Table table({"task", "state", "since", ">attempt"});
  for (const Json& task : array_at(history, "tasks")) {
    const std::string state = text_at(task, "state");
    const std::int64_t attempt = client::int_at(task, "attempt");
    table.row({text_at(task, "task"),
               {state, client::style_of_state(state)},
               client::moment_at(task, "since"),
               attempt == 0 ? "-" : std::to_string(attempt)});
  }
  fmt::print("run {} of {} at {}: {}{}\n{}", client::int_at(history, "run"),
             printable(text_at(history, "dag")), client::moment_at(history, "at"),
             text_at(history, "state"), client::flag_at(history, "paused") ? ", paused" : "",
             table.text(probe_terminal(1)));
}

void print_events(const Json& history) {
  for (const Json& event : array_at(history, "events")) {
    fmt::print("{}  {}\n", text_at(event, "at"), printable(text_at(event, "sentence"), 4000));
  }
}

Status tell(const HistoryCommand& options) {
  auto api = TRY(client::Api::open_if_serving(options));
  const Json history = api ? TRY(fetch(*api, options)) : TRY(read_rows(options));
  if (options.json) {
    fmt::print("{}\n", history.dump());
    return Ok{};
  }
  print_events(history);
  if (!options.at.empty()) print_then(history);
  return Ok{};
}

}  // namespace

int run_history(const HistoryCommand& options) {
  const Status told = tell(options);
  return told.ok() ? static_cast<int>(kExitOk) : report(told.error());
}

}  // namespace tidemill
