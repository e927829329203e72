// The words of the client commands. What they do is in the files beside this one.
#include "cli/client/commands.h"

#include "base/text.h"
#include "cli/client/add_command.h"

namespace tidemill::client {
namespace {

const char kLook[] = "Looking";
const char kControl[] = "Running and repairing";

void add_params(CLI::App& command, std::vector<std::string>& params) {
  command.add_option("--param", params, "A parameter; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
}

void add_status(CLI::App& app, Chosen& chosen) {
  static StatusCommand options;
  auto& command = add_command(app, chosen, kLook, "status",
                              "What the scheduler is doing, or how a run is", options, run_status);
  command.add_option("RUN", options.run, "A number, `latest` or a dag's name");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill status\n"
      "  tidemill status 12                      in one sentence; `tidemill explain 12` says more");
}

void add_dags(CLI::App& app, Chosen& chosen) {
  static DagsCommand options;
  auto& command = add_command(app, chosen, kLook, "dags",
                              "List the DAGs of the scheduler, or show one", options, run_dags);
  command.add_option("DAG", options.dag, "Only this one, with parameters, schedule and tasks");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill dags\n"
      "  tidemill dags etl                       its parameters, schedule and tasks\n"
      "  tidemill dags --json | jq -r '.dags[].dag'");
}

void add_datasets(CLI::App& app, Chosen& chosen) {
  static DatasetsCommand options;
  auto& command = add_command(app, chosen, kLook, "datasets",
                              "List the datasets that tasks publish, or show one", options,
                              run_datasets);
  command.add_option("DATASET", options.dataset,
                     "Only this one: its last update, who makes it, who waits for it");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill datasets\n"
      "  tidemill datasets listings              what makes it, and what its updates start");
}

void add_trigger(CLI::App& app, Chosen& chosen) {
  static TriggerCommand options;
  auto& command = add_command(app, chosen, kControl, "trigger", "Start a run of a DAG", options,
                              run_trigger);
  command.add_option("DAG", options.dag, "Its name")->required();
  add_params(command, options.params);
  command
      .add_option("--params-from", options.params_from,
                  "A file with a JSON object of parameters, - for standard input; what is secret "
                  "does not belong on a command line")
      ->type_name("FILE");
  command
      .add_option("--key", options.key,
                  "Whoever says the same key again gets the same run, not another one")
      ->type_name("TEXT");
  command.add_flag("-w,--wait", options.wait, "Wait for its end; exit code 4 when it failed");
  command.add_flag("-f,--watch,--follow", options.follow, "Wait, and say what happens meanwhile");
  command
      .add_option("--timeout", options.timeout,
                  "Wait so long at most; exit code 124, and the run goes on")
      ->type_name("DURATION");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill trigger etl\n"
      "  tidemill trigger etl --param day=2026-11-22 --param rounds=3 --follow\n"
      "  tidemill trigger etl --key nightly-2026-11-22 --wait --timeout 2h\n"
      "  printf '{\"token\": \"%s\"}' \"$TOKEN\" | tidemill trigger etl --params-from -");
}

void add_cancel(CLI::App& app, Chosen& chosen) {
  static CancelCommand options;
  auto& command = add_command(app, chosen, kControl, "cancel", "End a run", options, run_cancel);
  command.add_option("RUN", options.run, "A number, `latest` or a dag's name")->required();
  command.add_option("--reason", options.reason, "Why; kept with the run")->type_name("TEXT");
  command.add_flag("--force", options.force, "Kill its tasks at once, without their grace");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill cancel 12 --reason \"wrong day\"\n"
      "  tidemill cancel etl --force                 the newest run of etl");
}

void add_dry_run(CLI::App& command, bool& dry_run) {
  command.add_flag("--dry-run", dry_run, "Say what would change, and change nothing");
}

void add_run_argument(CLI::App& command, std::string& run) {
  command.add_option("RUN", run, "A number, `latest` or a dag's name")->required();
}

void add_reason(CLI::App& command, std::string& reason) {
  command.add_option("--reason", reason, "Why; kept and shown to others")->type_name("TEXT");
}

void add_pause(CLI::App& app, Chosen& chosen) {
  static PauseCommand options;
  auto& command = add_command(app, chosen, kControl, "pause",
                              "Make no runs of a DAG by schedule, or hold a run", options,
                              run_pause);
  command.add_option("DAG", options.dag, "Whose schedule pauses");
  command.add_option("--run", options.run, "Hold this run: nothing new of it starts")
      ->type_name("RUN");
  add_reason(command, options.reason);
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill pause etl --reason \"the source is down\"\n"
      "  tidemill pause --run 12");
}

void add_unpause(CLI::App& app, Chosen& chosen) {
  static UnpauseCommand options;
  auto& command = add_command(app, chosen, kControl, "unpause",
                              "Let the schedule of a DAG make runs again", options, run_unpause);
  command.add_option("DAG", options.dag, "Its name")->required();
  command
      .add_option("--missed", options.missed,
                  "What was due meanwhile: none (default), last or all of it runs now")
      ->check(CLI::IsMember({"none", "last", "all"}))
      ->type_name("WHICH");
  add_client_options(command, options);
  command.footer("Example:\n  tidemill unpause etl --missed last");
}

void add_resume(CLI::App& app, Chosen& chosen) {
  static ResumeCommand options;
  auto& command = add_command(app, chosen, kControl, "resume", "Let a paused run go on", options,
                              run_resume);
  add_run_argument(command, options.run);
  add_reason(command, options.reason);
  add_client_options(command, options);
}

void add_retry(CLI::App& app, Chosen& chosen) {
  static RetryCommand options;
  auto& command = add_command(app, chosen, kControl, "retry",
                              "Run again what failed, and what did not run because of it", options,
                              run_retry);
  command.add_option("RUN", options.run, "A number, `latest` or a dag's name");
  command.add_option("TASK", options.tasks, "Only of these; everything that failed without any");
  command
      .add_option("--where", options.where,
                  "Instead of RUN: every run that ended so: dag=, task=, state=failed|partial|"
                  "cancelled, cause=, since=, until=; repeat for more")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  command
      .add_option("--canary", options.canary,
                  "With --where: so many first, and the rest only if they succeed (default: 1)")
      ->check(CLI::Range(0, 1000))
      ->type_name("N");
  command
      .add_option("--limit", options.max_parallel, "With --where: how many at once (default: 5)")
      ->check(CLI::Range(1, 100))
      ->type_name("N");
  command
      .add_option("--max-failures", options.max_failures,
                  "With --where: stop after one more that fails again (default: 0)")
      ->check(CLI::Range(0, 1000))
      ->type_name("N");
  add_reason(command, options.reason);
  add_dry_run(command, options.dry_run);
  command.add_flag("-y,--yes", options.yes, "With --where: do not ask");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill retry latest\n"
      "  tidemill retry 12 train --dry-run\n"
      "  tidemill retry --where dag=etl --where since=24h --dry-run      exactly which would run\n"
      "  tidemill retry --where cause=oom --where since=2026-11-22 --canary 2 --limit 10\n"
      "since and until take a time, a date, or how long ago; `tidemill retries` shows how far it "
      "is.");
}

void add_retries(CLI::App& app, Chosen& chosen) {
  static RetriesCommand options;
  auto& command = add_command(app, chosen, kControl, "retries",
                              "List retries of many runs at once, or show or cancel one", options,
                              run_retries);
  command.add_option("RETRY", options.retry, "A number, to see its runs");
  command.add_option("--limit", options.limit, "At most so many")
      ->check(CLI::Range(1, 200))
      ->type_name("N");
  command.add_flag("--cancel", options.cancel, "Retry no more runs of it");
  command.add_flag("--cancel-runs", options.cancel_runs, "And cancel those that go on");
  add_reason(command, options.reason);
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill retries 3\n"
      "  tidemill retries 3 --cancel --reason \"still broken\"");
}

void add_clear(CLI::App& app, Chosen& chosen) {
  static ClearCommand options;
  auto& command = add_command(app, chosen, kControl, "clear",
                              "Run tasks again, whatever became of them; shows which and asks",
                              options, run_clear);
  add_run_argument(command, options.run);
  command.add_option("TASK", options.tasks, "Which; may be left out with --failed");
  command.add_flag("--only", options.only, "These alone (the default)");
  command.add_flag("--downstream", options.downstream, "And everything after them");
  command.add_flag("--upstream", options.upstream, "And everything before them");
  command.add_flag("--failed", options.failed,
                   "Of them what failed, and what it kept from running");
  add_reason(command, options.reason);
  add_dry_run(command, options.dry_run);
  command.add_flag("-y,--yes", options.yes, "Do not ask");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill clear 12 extract --downstream --dry-run    exactly what would run again\n"
      "  tidemill clear etl load --yes --reason \"new credentials\"\n"
      "Attempts and logs stay; attempt numbers go on.");
}

void add_mark(CLI::App& app, Chosen& chosen) {
  static MarkCommand options;
  auto& command = add_command(app, chosen, kControl, "mark",
                              "Say that tasks succeeded, failed or are to be skipped", options,
                              run_mark);
  add_run_argument(command, options.run);
  command.add_option("TASK", options.tasks, "Which")->required();
  command.add_option("--as", options.to, "succeeded, skipped or failed")
      ->required()
      ->check(CLI::IsMember({"succeeded", "skipped", "failed"}))
      ->type_name("STATE");
  command.add_option("--reason", options.reason, "Why; others will read it")
      ->required()
      ->type_name("TEXT");
  add_dry_run(command, options.dry_run);
  add_client_options(command, options);
  command.footer(
      "Example:\n"
      "  tidemill mark 12 load --as succeeded --reason \"loaded by hand\"");
}

void add_rerun(CLI::App& app, Chosen& chosen) {
  static RerunCommand options;
  auto& command = add_command(app, chosen, kControl, "rerun",
                              "Start a new run like one that has ended, and say what differs",
                              options, run_rerun);
  add_run_argument(command, options.run);
  command.add_flag("--latest", options.latest, "With the file as it is now, not as it was then");
  command.add_flag("--from-failed", options.from_failed, "Take over what succeeded then");
  add_params(command, options.params);
  add_dry_run(command, options.dry_run);
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill rerun 12 --latest --dry-run        what has changed since\n"
      "  tidemill rerun 12 --from-failed --param rounds=3");
}

void add_answer(CLI::App& command, AnswerCommand& options) {
  add_run_argument(command, options.run);
  command.add_option("TASK", options.task, "The approval")->required();
  command.add_option("--comment", options.comment, "Why; tasks after it can read it")
      ->type_name("TEXT");
  add_client_options(command, options);
}

void add_approvals(CLI::App& app, Chosen& chosen) {
  static ApprovalsCommand approvals;
  auto& list = add_command(app, chosen, kControl, "approvals", "List what waits for an answer",
                           approvals, run_approvals);
  add_client_options(list, approvals);

  static AnswerCommand yes, no;
  auto& approve = add_command(app, chosen, kControl, "approve", "Let a run go on past an approval",
                              yes, run_approve);
  add_answer(approve, yes);
  approve.add_option("--field", yes.fields, "A field of its form; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  approve.footer(
      "Example:\n  tidemill approve 12 sign_off --field threshold=0.8 --comment \"as agreed\"");
  auto& reject = add_command(app, chosen, kControl, "reject",
                             "Refuse an approval, whose task then fails", no, run_reject);
  add_answer(reject, no);
}

void add_backfill(CLI::App& app, Chosen& chosen) {
  static BackfillCommand options;
  auto& command = add_command(app, chosen, kControl, "backfill",
                              "Run a DAG for the instants of its schedule in a range", options,
                              run_backfill);
  command.add_option("DAG", options.dag, "Its name")->required();
  command.add_option("--from", options.from, "First instant: a date, or a time in RFC 3339")
      ->required()
      ->type_name("TIME");
  command.add_option("--until", options.until, "Where it ends")->required()->type_name("TIME");
  command
      .add_option("--reprocess", options.reprocess,
                  "Instants that have a run already: none (default), failed or all of them again")
      ->check(CLI::IsMember({"none", "failed", "all"}))
      ->type_name("WHICH");
  command.add_option("--limit", options.max_parallel, "How many runs at once (default: 1)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command.add_option("--order", options.order, "oldest_first (default) or newest_first")
      ->check(CLI::IsMember({"oldest_first", "newest_first"}))
      ->type_name("ORDER");
  command.add_option("--schedule", options.schedule, "Which one, when the DAG has several")
      ->type_name("TEXT");
  add_params(command, options.params);
  add_dry_run(command, options.dry_run);
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill backfill etl --from 2026-11-01 --until 2026-11-08 --dry-run\n"
      "  tidemill backfill etl --from 2026-11-01 --until 2026-11-08 --reprocess failed --limit 2\n"
      "A date is its first moment in UTC.");
}

void add_backfills(CLI::App& app, Chosen& chosen) {
  static BackfillsCommand options;
  auto& command = add_command(app, chosen, kControl, "backfills",
                              "List backfills, or show or cancel one", options, run_backfills);
  command.add_option("BACKFILL", options.backfill, "A number, to see its instants");
  command.add_option("--dag", options.dag, "Only of this dag")->type_name("DAG");
  command.add_option("--limit", options.limit, "At most so many")
      ->check(CLI::Range(1, 500))
      ->type_name("N");
  command.add_flag("--cancel", options.cancel, "Make no more runs of it");
  command.add_flag("--cancel-runs", options.cancel_runs, "And cancel those that go on");
  add_reason(command, options.reason);
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill backfills 3\n"
      "  tidemill backfills 3 --cancel --reason \"wrong range\"");
}

void add_freezes(CLI::App& app, Chosen& chosen) {
  static FreezeCommand freeze;
  auto& make = add_command(app, chosen, kControl, "freeze", "Let no schedule make runs for a while",
                           freeze, run_freeze);
  make.add_option("--reason", freeze.reason, "Why; shown to others")->required()->type_name("TEXT");
  make.add_option("--until", freeze.until, "When it ends by itself")->type_name("TIME");
  make.add_option("--for", freeze.duration, "How long it holds")->type_name("DURATION");
  make.add_option("--after", freeze.after,
                  "What was due meanwhile: none (default), last or all of it runs then")
      ->check(CLI::IsMember({"none", "last", "all"}))
      ->type_name("WHICH");
  add_client_options(make, freeze);
  make.footer("Example:\n  tidemill freeze --reason \"database migration\" --for 2h --after last");

  static FreezesCommand freezes;
  auto& list = add_command(app, chosen, kControl, "freezes", "List freezes", freezes, run_freezes);
  add_client_options(list, freezes);

  static UnfreezeCommand unfreeze;
  auto& lift = add_command(app, chosen, kControl, "unfreeze", "End a freeze before its time",
                           unfreeze, run_unfreeze);
  lift.add_option("FREEZE", unfreeze.freeze, "A number; needed when several hold");
  add_client_options(lift, unfreeze);
}

void add_watch(CLI::App& app, Chosen& chosen) {
  static WatchCommand options;
  auto& command = add_command(app, chosen, kLook, "watch",
                              "See runs as they go on: one until its end, or all", options,
                              run_watch);
  command.add_option("RUN", options.run, "A number, `latest` or a dag's name");
  command.add_option("--timeout", options.timeout, "Look so long at most; exit code 124")
      ->type_name("DURATION");
  add_client_options(command, options);
  command.footer(
      "Examples:\n"
      "  tidemill watch\n"
      "  tidemill watch latest && echo done          exit code 4 when it failed\n"
      "  tidemill watch --json | jq .state");
}

}  // namespace

void add_server_options(CLI::App& command, ServerOptions& options) {
  command
      .add_option("--server", options.server,
                  "Another scheduler than the one of the data folder (default: $TIDEMILL_SERVER)")
      ->type_name("URL");
  command
      .add_option("--data-dir", options.data_dir,
                  "Folder of the database, logs and artifacts (default: $TIDEMILL_DATA_DIR or "
                  "~/.local/share/tidemill)")
      ->type_name("DIR");
}

void add_commands(CLI::App& app, Chosen& chosen) {
  for (auto* add : {add_dags, add_datasets, add_watch, add_status, add_trigger, add_cancel,
                    add_retry, add_retries, add_clear, add_mark, add_rerun, add_pause, add_resume,
                    add_unpause, add_backfill, add_backfills, add_approvals, add_freezes}) {
    add(app, chosen);
  }
  add_worker_commands(app, chosen);
  add_on_call_commands(app, chosen);
  add_rotation_commands(app, chosen);
  add_people_commands(app, chosen);
}

}  // namespace tidemill::client
