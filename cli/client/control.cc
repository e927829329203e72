// What operators do to runs and schedules: pause, unpause, resume, retry, clear, mark.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/client/bulk_retry.h"
#include "cli/client/fields.h"
#include "cli/client/session.h"
#include "cli/client/table.h"
#include "cli/exit_code.h"

namespace tidemill::client {
namespace {

Json reason_body(const std::string& reason) {
  Json body{Json::Object{}};
  if (!reason.empty()) body.set("reason", reason);
  return body;
}

Result<std::string> run_path(Api& api, const std::string& run, const char* what) {
  return path_of({"runs", std::to_string(TRY(api.find_run(run))), what});
}

// The server knows no near names; the run does.
Status check_tasks(Api& api, const EditCommand& options) {
  if (options.tasks.empty()) return Ok{};
  const auto id = TRY(api.find_run(options.run));
  const Json run = TRY(api.get(path_of({"runs", std::to_string(id)})));
  std::vector<std::string> known;
  for (const Json& task : array_at(run, "tasks")) known.push_back(text_at(task, "id"));
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const std::string& task : options.tasks) {
    if (std::find(known.begin(), known.end(), task) != known.end()) continue;
    const auto near = nearest(task, names);
    return not_found(fmt::format("{} has no task {}{}", text_at(run, "dag"), printable(task, 80),
                                 near ? fmt::format("; did you mean {}?", *near) : ""));
  }
  return Ok{};
}

Json edit_body(const EditCommand& options) {
  Json body = reason_body(options.reason);
  if (!options.tasks.empty())
    body.set("tasks", Json(Json::Array(options.tasks.begin(), options.tasks.end())));
  return body;
}

void print_plan(const Json& plan, FILE* out) {
  Table table({"task", "becomes", "why"});
  for (const Json& task : array_at(plan, "tasks")) {
    std::string to = text_at(task, "to");
    if (to == "waiting") to = "waiting (runs again)";
    if (flag_at(task, "live")) to += ", stopped first";
    table.row({text_at(task, "task"), to, text_at(task, "why")});
  }
  fmt::print(out, "{}", table.text(probe_terminal(out == stdout ? 1 : 2)));
  if (flag_at(plan, "reopens")) fmt::print(out, "the run has ended and is taken up again\n");
}

enum class Ask { always, never };

// Shows the exact plan, asks where that is wanted, and has it carried out.
Result<int> edit(Api& api, const EditCommand& options, const char* what, Json body, Ask ask) {
  TRY(check_tasks(api, options));
  const std::string path = TRY(run_path(api, options.run, what));
  if (options.dry_run || (ask == Ask::always && !options.yes)) {
    Json trial = body;
    trial.set("dry_run", true);
    const Json plan = TRY(api.post(path, trial));
    if (options.dry_run) {
      if (options.json) return say(options, plan, "");
      print_plan(plan, stdout);
      return static_cast<int>(kExitOk);
    }
    print_plan(plan, stderr);
    const std::string question = fmt::format("{} {}?", what,
                                             plural(std::ssize(array_at(plan, "tasks")), "task"));
    if (!TRY(confirm(question))) {
      fmt::print(stderr, "nothing was changed\n");
      return static_cast<int>(kExitFailed);
    }
  }
  const Json done = TRY(api.post(path, body));
  if (options.json) return say(options, done, "");
  print_plan(done, stdout);
  return static_cast<int>(kExitOk);
}

Result<std::string> reach_of(const ClearCommand& options) {
  const int chosen = int{options.failed} + int{options.only} +
                     int{options.downstream || options.upstream};
  if (chosen > 1) return invalid("choose one of --only, --failed and --downstream, --upstream");
  if (options.failed) return std::string("failed");
  if (options.downstream && options.upstream) return std::string("both");
  if (options.downstream) return std::string("downstream");
  return std::string(options.upstream ? "upstream" : "only");
}

}  // namespace

int run_pause(const PauseCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (options.dag.empty() == options.run.empty())
      return invalid("name a DAG, whose schedule pauses, or a run with --run RUN");
    const std::string path = options.run.empty() ? path_of({"dags", options.dag, "pause"})
                                                 : TRY(run_path(api, options.run, "pause"));
    const Json done = TRY(api.post(path, reason_body(options.reason)));
    return say(options, done,
               options.run.empty()
                   ? fmt::format("{} is paused: its schedule makes no runs", options.dag)
                   : fmt::format("run {} is paused: what is live goes on, nothing new starts",
                                 int_at(done, "run")));
  });
}

int run_unpause(const UnpauseCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body{Json::Object{}};
    if (!options.missed.empty()) body.set("missed", options.missed);
    const Json done = TRY(api.post(path_of({"dags", options.dag, "unpause"}), body));
    const std::int64_t missed = int_at(done, "missed");
    return say(options, done,
               fmt::format("{} goes on; {} due while it was paused{}", options.dag,
                           missed == 0 ? "nothing was" : plural(missed, "instant") + " were",
                           missed == 0                ? ""
                           : options.missed == "all"  ? ", all of them run now"
                           : options.missed == "last" ? ", the last one runs now"
                                                      : ", none of them runs"));
  });
}

int run_resume(const ResumeCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    const std::string path = TRY(run_path(api, options.run, "resume"));
    const Json done = TRY(api.post(path, reason_body(options.reason)));
    return say(options, done, fmt::format("run {} goes on", int_at(done, "run")));
  });
}

int run_retry(const RetryCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    if (!options.where.empty()) return retry_many(api, options);
    if (options.run.empty()) return invalid("name a run, or many by --where dag=NAME");
    return edit(api, options, "retry", edit_body(options), Ask::never);
  });
}

int run_clear(const ClearCommand& options) {
  return with_api(options, [&](Api& api) -> Result<int> {
    Json body = edit_body(options);
    body.set("reach", TRY(reach_of(options)));
    return edit(api, options, "clear", std::move(body), Ask::always);
  });
}

int run_mark(const MarkCommand& options) {
  return with_api(options, [&](Api& api) {
    Json body = edit_body(options);
    body.set("to", options.to);
    return edit(api, options, "mark", std::move(body), Ask::never);
  });
}

}  // namespace tidemill::client
