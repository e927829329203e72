#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "cli/client/fields.h"
#include "cli/client/runs.h"
#include "cli/commands.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/load_dag.h"
#include "cli/run_summary.h"
#include "cli/stored_placement.h"
#include "cli/stored_run.h"
#include "cli/terminal.h"
#include "core/dump.h"
#include "core/explain.h"
#include "scheduler/api/words.h"

namespace tidemill {
namespace {

// As the API writes it, so that scripts see the same whoever answers.
Json stored_run_json(const RunRow& row, bool is_moving) {
  Json json = api::run_json(row, system_now().wall, [](const std::string&) { return true; });
  if (!is_terminal(row.state) && !is_moving)
    json.set("reason", "no scheduler is running; the same command goes on with it");
  return json;
}

Result<std::optional<RunState>> wanted_state(const std::string& word) {
  if (word.empty()) return std::optional<RunState>();
  const auto state = run_state_from(word);
  if (!state)
    return invalid("--state takes queued, running, succeeded, partial, failed or cancelled");
  return std::optional<RunState>(state);
}

Result<Json::Array> stored_runs(const RunsCommand& options, const std::string& data_dir) {
  const std::optional<RunState> wanted = TRY(wanted_state(options.state));
  RunReader reader = TRY(open_reader(data_dir));
  const bool is_moving = scheduler_is_running(data_dir);
  Json::Array runs;
  RunId before;
  while (std::ssize(runs) < options.limit) {
    const auto rows = TRY(reader.runs(options.dag, before, 200));
    if (rows.empty()) break;
    before = rows.back().id;
    for (const RunRow& row : rows) {
      if (std::ssize(runs) >= options.limit || (wanted && row.state != *wanted)) continue;
      runs.push_back(stored_run_json(row, is_moving));
    }
  }
  return runs;
}

Status list_runs(const RunsCommand& options) {
  auto api = TRY(client::Api::open_if_serving(options));
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  const auto runs = api ? client::fetch_runs(*api, options) : stored_runs(options, data_dir);
  if (!api && !runs.ok() && runs.error().code == ErrorCode::not_found) {
    fmt::print("{}\n", options.json ? "[]" : runs.error().message);
    return Ok{};
  }
  if (!runs.ok()) return runs.error();
  if (options.json)
    fmt::print("{}\n", Json(*runs).dump());
  else
    client::print_runs(*runs);
  return Ok{};
}

// A task that is ready, or queued at its worker, waits for somebody: who that is, the rows of all
// runs tell together.
Result<Explanation> explain_one(RunReader& reader, const StoredView& view, TaskIndex task,
                                bool is_moving) {
  const Dag& dag = *view.live.dag;
  const Run& run = view.live.run;
  const Now now = system_now();
  Explanation why = explain_task(dag, run, task, nullptr, now);
  const bool is_ready = run.tasks[task].state == TaskState::ready;
  if (!is_moving || (!is_ready && run.tasks[task].state != TaskState::dispatched)) return why;
  const auto stored = TRY(load_placement(reader));
  if (!stored) return why;
  const Placement& placement = stored->placement;
  if (is_ready && placement.why_waiting(run.id, task, now.boot).kind == Blocker::Kind::none)
    return why;
  why = explain_task(dag, run, task, &placement, now, stored->namer);
  if (!is_ready) return why;
  why.details.emplace_back(
      "as the database tells; what memory, cores and GPUs are free, the scheduler alone knows");
  return why;
}

void print_explanation(const std::string& sentence, const Json::Array& details) {
  fmt::print("{}\n", printable(sentence, 4000));
  for (const Json& detail : details) {
    if (detail.is_string()) fmt::print("  {}\n", printable(detail.as_string(), 4000));
  }
}

// The scheduler knows what its rows do not: what memory, cores and devices are free.
Status explain_by_api(client::Api& api, const ExplainCommand& options) {
  std::vector<std::string> path = {"runs", std::to_string(TRY(api.find_run(options.run)))};
  if (!options.task.empty()) {
    path.emplace_back("tasks");
    path.push_back(options.task);
  }
  path.emplace_back("explain");
  const Json why = TRY(api.get(client::path_of(path)));
  if (options.json)
    fmt::print("{}\n", why.dump());
  else
    print_explanation(client::text_at(why, "sentence"), client::array_at(why, "details"));
  return Ok{};
}

Status explain(const ExplainCommand& options) {
  if (auto api = TRY(client::Api::open_if_serving(options))) return explain_by_api(*api, options);
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, options.run));
  // Asked before the rows are read: those of a scheduler that has ended change no more.
  const bool is_moving = scheduler_is_running(data_dir);
  const StoredView view = TRY(load_view(reader, id));
  Explanation why = explain_run(*view.live.dag, view.live.run, system_now());
  if (!options.task.empty()) {
    const TaskIndex task = TRY(find_task(*view.live.dag, options.task));
    why = TRY(explain_one(reader, view, task, is_moving));
  }
  if (!is_terminal(view.live.run.state) && !is_moving) {
    why.sentence =
        "no scheduler is running here, so nothing new starts; when the last one stopped: " +
        why.sentence;
    why.details.emplace_back("`tidemill run` with the same file goes on with this run");
  }
  Json::Array details(why.details.begin(), why.details.end());
  if (!options.json) {
    print_explanation(why.sentence, details);
    return Ok{};
  }
  Json json;
  json.set("sentence", why.sentence);
  json.set("details", Json(std::move(details)));
  fmt::print("{}\n", json.dump());
  return Ok{};
}

Status dump(const DumpCommand& options) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, options.run));
  const StoredView view = TRY(load_view(reader, id));
  if (options.format == "json") {
    fmt::print("{}\n", run_to_json(*view.live.dag, view.live.run).dump(true));
  } else if (options.format == "dot") {
    fmt::print("{}", dag_to_dot(*view.live.dag, &view.live.run));
  } else if (options.format == "text") {
    fmt::print("{}{}", run_table(*view.live.dag, view.live.run, probe_terminal(1)),
               run_reports(*view.live.dag, view.live.run));
  } else {
    return invalid("--format takes json, text or dot");
  }
  return Ok{};
}

int exit_of(const Status& status) { return status.ok() ? kExitOk : report(status.error()); }

}  // namespace

int run_runs(const RunsCommand& options) { return exit_of(list_runs(options)); }
int run_explain(const ExplainCommand& options) { return exit_of(explain(options)); }
int run_dump(const DumpCommand& options) { return exit_of(dump(options)); }

}  // namespace tidemill
