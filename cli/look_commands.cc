#include <fmt/format.h>

#include <cstdio>

#include "base/text.h"
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

namespace tidemill {
namespace {

std::string time_text(WallTime t) {
  return t.us == 0 ? "-" : format_rfc3339(WallTime{t.us / 1'000'000 * 1'000'000});
}

Duration run_duration(const RunRow& row) {
  const WallTime end = row.ended_at.us != 0 ? row.ended_at : system_now().wall;
  return row.started_at.us == 0 ? Duration(0) : end - row.started_at;
}

Json run_json(const RunRow& row) {
  Json json;
  json.set("run", row.id.value);
  json.set("dag", row.dag_name);
  json.set("state", to_word(row.state));
  json.set("created_at", time_text(row.created_at));
  json.set("started_at", row.started_at.us == 0 ? Json() : Json(time_text(row.started_at)));
  json.set("ended_at", row.ended_at.us == 0 ? Json() : Json(time_text(row.ended_at)));
  json.set("duration_ms", run_duration(row).count() / 1000);
  json.set("reason", row.reason);
  json.set("tasks", row.tasks.total);
  json.set("succeeded", row.tasks.succeeded);
  json.set("failed", row.tasks.failed);
  return json;
}

void print_run(const RunRow& row, bool is_moving, const Terminal& terminal) {
  const bool is_left = !is_terminal(row.state) && !is_moving;
  const std::string reason = is_left ? "no scheduler is running; the same command goes on with it"
                                     : row.reason;
  std::string line = fmt::format(
      "{:>6}  {}  {}  {}  {:>9}", row.id.value, fitted(row.dag_name, 24),
      styled(terminal, style_of(row.state), fitted(to_word(row.state), 9)),
      time_text(row.created_at), format_duration(run_duration(row)));
  if (!reason.empty()) line += "  " + printable(reason, 100);
  fmt::print("{}\n", line);
}

Result<std::optional<RunState>> wanted_state(const std::string& word) {
  if (word.empty()) return std::optional<RunState>();
  const auto state = run_state_from(word);
  if (!state)
    return invalid("--state takes queued, running, succeeded, partial, failed or cancelled");
  return std::optional<RunState>(state);
}

Status list_runs(const RunsCommand& options) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  const std::optional<RunState> wanted = TRY(wanted_state(options.state));
  auto reader = open_reader(data_dir);
  if (!reader.ok() && reader.error().code == ErrorCode::not_found) {
    fmt::print("{}\n", options.json ? "[]" : reader.error().message);
    return Ok{};
  }
  if (!reader.ok()) return reader.error();
  const bool is_moving = scheduler_is_running(data_dir);
  const Terminal terminal = probe_terminal(1);
  Json::Array array;
  RunId before;
  int shown = 0;
  while (shown < options.limit) {
    const auto rows = TRY(reader->runs(options.dag, before, 200));
    if (rows.empty()) break;
    before = rows.back().id;
    for (const RunRow& row : rows) {
      if (shown >= options.limit || (wanted && row.state != *wanted)) continue;
      if (!options.json && shown == 0) {
        fmt::print("{:>6}  {:<24}  {:<9}  {:<20}  {:>9}  reason\n", "run", "dag", "state",
                   "created", "took");
      }
      ++shown;
      if (options.json)
        array.push_back(run_json(row));
      else
        print_run(row, is_moving, terminal);
    }
  }
  if (options.json)
    fmt::print("{}\n", Json(std::move(array)).dump());
  else if (shown == 0)
    fmt::print("no runs match\n");
  return Ok{};
}

// A ready task waits for somebody: who that is, the rows of all runs tell together.
Result<Explanation> explain_one(RunReader& reader, const StoredView& view, TaskIndex task,
                                bool is_moving) {
  const Dag& dag = *view.live.dag;
  const Run& run = view.live.run;
  const Now now = system_now();
  Explanation why = explain_task(dag, run, task, nullptr, now);
  if (run.tasks[task].state != TaskState::ready || !is_moving) return why;
  const auto stored = TRY(load_placement(reader));
  if (!stored || stored->placement.why_waiting(run.id, task, now.boot).kind == Blocker::Kind::none)
    return why;
  why = explain_task(dag, run, task, &stored->placement, now, stored->namer);
  why.details.emplace_back(
      "as the database tells; what memory, cores and GPUs are free, the scheduler alone knows");
  return why;
}

Status explain(const ExplainCommand& options) {
  const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
  RunReader reader = TRY(open_reader(data_dir));
  const RunId id = TRY(find_run(reader, options.run));
  const StoredView view = TRY(load_view(reader, id));
  const bool is_moving = scheduler_is_running(data_dir);
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
  if (options.json) {
    Json json;
    json.set("sentence", why.sentence);
    json.set("details", Json(Json::Array(why.details.begin(), why.details.end())));
    fmt::print("{}\n", json.dump());
    return Ok{};
  }
  fmt::print("{}\n", why.sentence);
  for (const std::string& detail : why.details) fmt::print("  {}\n", detail);
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
