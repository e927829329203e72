// The table of commands. Only words on the command line live here; what they do is in the files
// beside it. CLI11 is parsed in this translation unit alone because it is slow to compile.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <optional>
#include <system_error>

#include "cli/client/commands.h"
#include "cli/client/complete_command.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/config_command.h"
#include "cli/data_dir.h"
#include "cli/doctor_command.h"
#include "cli/exit_code.h"
#include "cli/graph_command.h"
#include "cli/man_command.h"
#include "cli/next_command.h"
#include "cli/policy_command.h"
#include "cli/schema_command.h"
#include "cli/sim_command.h"
#include "cli/streams.h"
#include "cli/up_command.h"
#include "cli/upkeep_commands.h"
#include "cli/usage.h"
#include "cli/validate_command.h"
#include "cli/worker_command.h"
#include "worker/supervisor.h"

#ifndef TIDEMILL_VERSION
#define TIDEMILL_VERSION "0.0.0"
#endif

namespace tidemill {
namespace {

using client::Chosen;

const char kDataDirHelp[] =
    "Folder of the database, logs and artifacts (default: $TIDEMILL_DATA_DIR or "
    "~/.local/share/tidemill)";

void add_run(CLI::App& app, Chosen& chosen) {
  static RunCommand options;
  auto* command = app.add_subcommand("run", "Run a DAG file from start to end, here and now");
  command->add_option("FILE", options.file, "The DAG file")->required();
  command->add_option("--param", options.params, "A parameter; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command
      ->add_option("--slots", options.slots,
                   "How many tasks run at once (default: one per processor)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  command->add_option("--data-dir", options.data_dir, kDataDirHelp)->type_name("DIR");
  command->add_option("--only", options.only, "Run these tasks alone; the others are skipped")
      ->type_name("TASK");
  command
      ->add_option(
          "--from-failed", options.from_failed,
          "Take over what succeeded in this earlier run; a number, `latest` or a dag's name")
      ->type_name("RUN");
  auto* fresh = command->add_flag("--fresh", options.fresh,
                                  "Cancel an unfinished run of this DAG and start a new one");
  command
      ->add_flag("--resume", options.resume,
                 "Continue an unfinished run of this DAG, also with a changed file")
      ->excludes(fresh);
  command->add_flag("--json", options.json, "End with one JSON line about the run and its tasks");
  command->add_flag("-q,--quiet", options.quiet, "Say nothing while the run goes well");
  command->footer(
      "Examples:\n"
      "  tidemill run etl.yaml\n"
      "  tidemill run etl.yaml --param day=2026-11-22 --slots 4\n"
      "  tidemill run etl.yaml --from-failed latest     repair: run again only what did not "
      "succeed\n"
      "  tidemill run etl.yaml --only extract clean     these two and nothing else\n"
      "  tidemill run etl.yaml --json | tail -1         one line for scripts\n"
      "A run that was left unfinished (power cut, kill -9) goes on with the same command.");
  command->callback([&chosen] { chosen = [] { return run_run(options); }; });
}

// The flags of the table of settings. `sources` must live as long as the command.
void add_settings(CLI::App& command, SettingSources& sources) {
  sources = from_process();
  command.add_option("--config", sources.config, "The configuration file")->type_name("FILE");
  for (const Setting& setting : all_settings()) {
    auto& words = sources.flags[std::string(setting.name)];
    const auto more = setting.count == Count::many ? "; repeat for more" : "";
    const std::string fallback = setting.fallback.empty()
                                     ? ""
                                     : fmt::format(" (default: {})", setting.fallback);
    const std::string help = fmt::format("{}{}{}", setting.help, more, fallback);
    if (setting.kind == SettingKind::boolean) {
      command.add_flag_callback(
          setting.flag(), [&words] { words = {"true"}; }, help);
      continue;
    }
    command.add_option(setting.flag(), words, help)
        ->allow_extra_args(false)
        ->type_name(std::string(setting.shape.empty() ? "VALUE" : setting.shape));
  }
}

void add_up(CLI::App& app, Chosen& chosen) {
  static UpCommand options;
  auto* command = app.add_subcommand(
      "up", "Start scheduler, local worker and web server; runs DAGs on their schedules");
  add_settings(*command, options.sources);
  command->footer(
      "Every setting can also stand in a file or in the environment; see `tidemill config show`.");
  command->callback([&chosen] { chosen = [] { return run_up(options); }; });
}

void add_scheduler(CLI::App& app, Chosen& chosen) {
  static UpCommand options;
  options.with_worker = false;
  auto* command = app.add_subcommand("scheduler", "As `up`, without a worker on this machine");
  add_settings(*command, options.sources);
  command->callback([&chosen] { chosen = [] { return run_up(options); }; });
}

void add_config(CLI::App& app, Chosen& chosen) {
  static ConfigCommand options;
  auto* command = app.add_subcommand("config", "Show the settings of `up` and `scheduler`");
  command->add_option("ACTION", options.action, "show")->required();
  command->add_flag("--origin", options.origin, "Also where each value comes from");
  command->add_flag("--json", options.json, "One JSON object");
  add_settings(*command, options.sources);
  command->callback([&chosen] { chosen = [] { return run_config(options); }; });
}

void add_backup(CLI::App& app, Chosen& chosen) {
  static BackupCommand options;
  auto* command = app.add_subcommand("backup",
                                     "Copy the database, checked, while everything goes on");
  command->add_option("DEST", options.destination, "A file, or a folder for one with the time")
      ->required();
  command->add_option("--data-dir", options.data_dir, kDataDirHelp)->type_name("DIR");
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&chosen] { chosen = [] { return run_backup(options); }; });
}

void add_restore(CLI::App& app, Chosen& chosen) {
  static RestoreCommand options;
  auto* command = app.add_subcommand(
      "restore", "Put a copy of the database back; the scheduler must be stopped");
  command->add_option("FILE", options.file, "The copy that `tidemill backup` made")->required();
  command->add_option("--data-dir", options.data_dir, kDataDirHelp)->type_name("DIR");
  command->add_flag("--accept-rollback", options.accept_rollback,
                    "Give up what was recorded after the copy was made");
  command->callback([&chosen] { chosen = [] { return run_restore(options); }; });
}

void add_db(CLI::App& app, Chosen& chosen) {
  static DbCommand options;
  auto* command = app.add_subcommand("db", "Check the database, or a copy of it, from end to end");
  command->add_option("ACTION", options.action, "check")->required();
  command->add_option("FILE", options.file, "A copy (default: the one of the data folder)");
  command->add_option("--data-dir", options.data_dir, kDataDirHelp)->type_name("DIR");
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&chosen] { chosen = [] { return run_db(options); }; });
}

void add_doctor(CLI::App& app, Chosen& chosen) {
  static DoctorCommand options;
  auto* command = app.add_subcommand(
      "doctor", "Look for what a scheduler on this machine would stumble over");
  command->add_flag("--json", options.json, "One JSON object");
  add_settings(*command, options.sources);
  command->callback([&chosen] { chosen = [] { return run_doctor(options); }; });
}

void add_plan(CLI::App& app, Chosen& chosen) {
  static PlanCommand options;
  auto* command = app.add_subcommand("plan", "Say what a run would do and why; writes nothing");
  command->add_option("FILE", options.file, "The DAG file")->required();
  command->add_option("--param", options.params, "A parameter, name=value; repeat for more")
      ->allow_extra_args(false);
  command->add_option("--data-dir", options.data_dir, kDataDirHelp);
  command->add_option("--only", options.only, "Plan these tasks alone");
  command->add_option("--from-failed", options.from_failed,
                      "Plan with what succeeded in this earlier run");
  command->add_flag("--json", options.json, "One JSON object instead of text");
  command->callback([&chosen] { chosen = [] { return run_plan(options); }; });
}

void add_validate(CLI::App& app, Chosen& chosen) {
  static ValidateOptions options;
  auto* command = app.add_subcommand(
      "validate", "Check DAG files and folders; names every mistake at its line");
  command->add_option("PATH", options.paths, "Files or folders")->required();
  command->add_option("--format", options.format, "human, json, github or sarif");
  command
      ->add_option("--alerts", options.alerts,
                   "The file of alerts, whose policies the files may name")
      ->type_name("FILE");
  command->footer(
      "Examples:\n"
      "  tidemill validate etl.yaml\n"
      "  tidemill validate dags/                      every *.yaml and *.yml below\n"
      "  tidemill validate dags/ --format github      annotations in a pull request");
  command->callback([&chosen] { chosen = [] { return run_validate(options); }; });
}

void add_policy(CLI::App& app, Chosen& chosen) {
  static PolicyCommand options;
  auto* command = app.add_subcommand(
      "policy", "Check the file of alerts, and say whom it would call when; sends nothing");
  command->add_option("ACTION", options.action, "check")->required();
  command->add_option("FILE", options.file, "The file of alerts")->required();
  command->add_flag("--who-is-called", options.who_is_called,
                    "Print step by step whom an alert would reach that nobody takes");
  command->add_option("--at", options.at, "RFC 3339 time at which it is raised (default: now)");
  command->add_option("--severity", options.severity, "critical, error, warning or info");
  command->add_option("--policy", options.policy, "Only of this policy");
  command->add_option("--format", options.format, "human, json, github or sarif");
  command->add_flag("--json", options.json, "One JSON object");
  command->footer(
      "Examples:\n"
      "  tidemill policy check alerts.yaml\n"
      "  tidemill policy check alerts.yaml --who-is-called --severity critical\n"
      "  tidemill policy check alerts.yaml --who-is-called --at 2026-03-29T00:30:00Z");
  command->callback([&chosen] { chosen = [] { return run_policy(options); }; });
}

void add_graph(CLI::App& app, Chosen& chosen) {
  static GraphOptions options;
  auto* command = app.add_subcommand("graph", "Draw the tasks of a DAG file");
  command->add_option("FILE", options.path, "The DAG file")->required();
  command->add_option("--format", options.format, "text, dot, mermaid or json");
  command->callback([&chosen] { chosen = [] { return run_graph(options); }; });
}

void add_schema(CLI::App& app, Chosen& chosen) {
  static SchemaOptions options;
  auto* command = app.add_subcommand("schema", "Print the JSON Schema of DAG files, for editors");
  command->add_option("--format", options.format, "json, or markdown for the reference page");
  command->add_flag("--alerts", options.alerts, "Of the file of alerts instead");
  command->add_option("KEY", options.key,
                      "Print the description of one key, e.g. tasks.retry.limit");
  command->callback([&chosen] { chosen = [] { return run_schema(options); }; });
}

void add_next(CLI::App& app, Chosen& chosen) {
  static NextOptions options;
  auto* command = app.add_subcommand(
      "next", "Print when a cron expression is due next, in UTC, one a line");
  command->add_option("--cron", options.cron, "The expression, quoted")->required();
  command->add_option("--timezone", options.timezone, "IANA zone in which it is read");
  command->add_option("--from", options.from, "RFC 3339 time after which to look (default: now)");
  command->add_option("--count", options.count, "How many");
  command->add_option("--gap", options.gap, "A local time that the clock skips: run_after or skip");
  command->add_option("--fold", options.fold, "A local time that comes twice: first or both");
  command->add_flag("--json", options.json, "A JSON array");
  command->callback([&chosen] { chosen = [] { return run_next(options); }; });
}

void add_runs(CLI::App& app, Chosen& chosen) {
  static RunsCommand options;
  auto* command = app.add_subcommand("runs", "List runs, newest first");
  command->add_option("DAG", options.dag, "Only of this dag");
  command->add_option("--state", options.state, "Only in this state");
  command->add_option("--limit", options.limit, "At most so many")->check(CLI::Range(1, 1'000'000));
  client::add_server_options(*command, options);
  command->add_flag("--json", options.json, "A JSON array");
  command->callback([&chosen] { chosen = [] { return run_runs(options); }; });
}

void add_explain(CLI::App& app, Chosen& chosen) {
  static ExplainCommand options;
  auto* command = app.add_subcommand("explain",
                                     "Say in one sentence why a run or a task is as it is");
  command->add_option("RUN", options.run, "A number, `latest` or a dag's name")->required();
  command->add_option("TASK", options.task, "A task; without it the run is explained");
  client::add_server_options(*command, options);
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&chosen] { chosen = [] { return run_explain(options); }; });
}

void add_history(CLI::App& app, Chosen& chosen) {
  static HistoryCommand options;
  auto* command = app.add_subcommand("history",
                                     "Tell what happened to a run, and how it was at a moment");
  command->add_option("RUN", options.run, "A number, `latest` or a dag's name")->required();
  command
      ->add_option("--at", options.at,
                   "The run and its tasks as they were then: a time in RFC 3339, or a date")
      ->type_name("TIME");
  client::add_server_options(*command, options);
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&chosen] { chosen = [] { return run_history(options); }; });
  command->footer(
      "Examples:\n"
      "  tidemill history latest\n"
      "  tidemill history 12 --at 2026-11-22T03:15:00Z     what ran and what waited then");
}

void add_logs(CLI::App& app, Chosen& chosen) {
  static LogsCommand options;
  auto* command = app.add_subcommand("logs", "Print what a task wrote");
  command->add_option("RUN", options.run, "A number, `latest` or a dag's name")->required();
  command->add_option("TASK", options.task, "The task")->required();
  command->add_option("--attempt", options.attempt, "Which attempt (default: the last)")
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("-f,--follow", options.follow, "Go on until the attempt ends");
  command->add_flag("-t,--timestamps", options.timestamps, "The time before each line");
  command->footer(
      "Examples:\n"
      "  tidemill logs latest train\n"
      "  tidemill logs 12 train --attempt 1 -t\n"
      "  tidemill logs etl train -f                   of the last run of etl, as it is written");
  client::add_server_options(*command, options);
  command->callback([&chosen] { chosen = [] { return run_logs(options); }; });
}

void add_dump(CLI::App& app, Chosen& chosen) {
  static DumpCommand options;
  auto* command = app.add_subcommand("dump", "Print a run as it is stored");
  command->add_option("RUN", options.run, "A number, `latest` or a dag's name")->required();
  command->add_option("--format", options.format, "json, text or dot");
  command->add_option("--data-dir", options.data_dir, kDataDirHelp);
  command->callback([&chosen] { chosen = [] { return run_dump(options); }; });
}

void add_sim(CLI::App& app, Chosen& chosen) {
  static SimCommand options;
  auto* command = app.add_subcommand(
      "sim", "Let a simulated world break the scheduler; a seed repeats exactly");
  command->add_option("--seed", options.seed, "Decides load and faults")
      ->required()
      ->type_name("N");
  command->add_option("--count", options.count, "This seed and those after it")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N");
  command->add_flag("--verbose", options.verbose, "One line per event");
  command->callback([&chosen] { chosen = [] { return run_sim(options); }; });
}

void add_completion(CLI::App& app, Chosen& chosen) {
  static std::string shell;
  auto* command = app.add_subcommand("completion",
                                     "Print a completion script for bash, zsh or fish");
  command->group("This program");
  command->add_option("SHELL", shell, "bash, zsh or fish")->required();
  command->footer(
      "Examples:\n"
      "  source <(tidemill completion bash)\n"
      "  tidemill completion zsh > ~/.zfunc/_tidemill      a folder of $fpath\n"
      "  tidemill completion fish > ~/.config/fish/completions/tidemill.fish");
  command->callback([&chosen] {
    chosen = [] {
      const auto script = completion_script(shell);
      if (!script.ok()) return report(script.error());
      fmt::print("{}", *script);
      return static_cast<int>(kExitOk);
    };
  });
}

void add_man(CLI::App& app, Chosen& chosen) {
  static ManCommand options;
  auto* command = app.add_subcommand("man", "Print the manual page of a command");
  command->group("This program");
  command->add_option("COMMAND", options.command, "Which; without it the list of commands");
  command->add_option("--format", options.format, "roff, or markdown for the reference page")
      ->check(CLI::IsMember({"roff", "markdown"}))
      ->type_name("FORMAT");
  command->add_option("--write-to", options.write_to, "Write every page into this folder")
      ->type_name("DIR");
  command->footer("Example:\n  tidemill man trigger | man -l -");
  command->callback([&app, &chosen] {
    chosen = [&app] { return run_man(options, client::pages_of(app), TIDEMILL_VERSION); };
  });
}

// The processes that `run` starts by itself. Hidden: nobody types them yet.
void add_worker(CLI::App& app, Chosen& chosen) {
  static WorkerCommand options;
  AgentOptions& agent = options.agent;
  auto* command = app.add_subcommand("worker", "Run tasks for a scheduler on another machine");
  command->add_option("--scheduler", options.remote.address, "Its workers.listen address")
      ->type_name("HOST:PORT");
  command
      ->add_option("--token-file", options.remote.token_file,
                   "File (mode 0600) with the token of `tidemill workers tokens create`")
      ->type_name("FILE");
  command
      ->add_option("--ca", options.remote.ca_file,
                   "PEM of who signed the scheduler's certificate, or that itself")
      ->type_name("FILE");
  command
      ->add_option("--fingerprint", options.remote.fingerprint,
                   "Instead: SHA-256 of the scheduler's certificate")
      ->type_name("SHA256");
  command
      ->add_option("--name", agent.name,
                   "The worker of the token (default: the name of this machine)")
      ->type_name("NAME");
  command->add_option("--slots", agent.slots, "How many tasks run at once (default: 1)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  command
      ->add_option("--label", agent.labels,
                   "A label that tasks can ask for with runs_on; repeat for more")
      ->allow_extra_args(false)
      ->type_name("LABEL");
  command->add_option("--cpu", agent.capacity.cpu, "Cores to hand out (default: all)")
      ->check(CLI::Range(0.0, 100'000.0))
      ->type_name("N");
  command->add_option("--memory", options.memory, "Memory to hand out (default: all)")
      ->type_name("SIZE");
  command
      ->add_option("--cache", options.cache,
                   "How much of artifacts to keep for later tasks (default: 20GiB)")
      ->type_name("SIZE");
  command->add_option("--gpu", agent.capacity.gpu, "GPUs to hand out (default: none)")
      ->check(CLI::Range(0, 100'000))
      ->type_name("N");
  command
      ->add_option("--data-dir", agent.data_directory,
                   "Folder of this worker's own (default: beside that of a scheduler, by name)")
      ->type_name("DIR");
  command->footer(
      "Examples:\n"
      "  tidemill worker --scheduler sched.example.org:8421 --ca sched.pem \\\n"
      "      --token-file /etc/tidemill/worker.token --name gpu-1 --label gpu --gpu 2 --slots 4\n"
      "Tasks go on when it is killed or started again; it stops with TERM.");
  command->callback([&chosen] { chosen = [] { return run_worker(options); }; });
}

void add_supervisor(CLI::App& app, Chosen& chosen) {
  static SupervisorOptions options;
  auto* command = app.add_subcommand("supervisor", "Own the processes of a worker")->group("");
  command->add_option("--directory", options.directory)->required();
  command->callback([&chosen] { chosen = [] { return run_supervisor(options); }; });
}

// CLI11's own sentences say neither which command is meant nor what was nearly right.
int refuse(const CLI::App& app, const std::vector<std::string>& words,
           const CLI::ParseError& error) {
  CommandUsage usage;
  const auto pages = client::pages_of(app);
  for (const CommandPage& page : pages) {
    if (page.name.find(' ') == std::string::npos) usage.commands.push_back(page.name);
  }
  const CommandPage* page = words.empty() ? nullptr : find_page(pages, words[0]);
  if (page != nullptr && words.size() > 1) {
    const CommandPage* below = find_page(pages, words[0] + " " + words[1]);
    if (below != nullptr) page = below;
  }
  if (page != nullptr) {
    usage.command = page->name;
    usage.options = page->option_names();
  }
  return report(invalid(usage_message(usage, words, error.what())));
}

// `tidemill help run` is `tidemill run --help`; without any word there is the same help, but a
// script that lost its command must notice.
void rewrite_help(std::vector<std::string>& words) {
  if (words.empty()) words = {"--help"};
  if (words.front() != "help") return;
  words.erase(words.begin());
  words.push_back("--help");
}

void group_commands(CLI::App& app) {
  for (CLI::App* command :
       app.get_subcommands([](CLI::App* a) { return a->get_group() == "Subcommands"; })) {
    command->group("On this machine");
  }
  for (const char* name : {"runs", "explain", "history", "logs", "dump"})
    app.get_subcommand(name)->group("Looking");
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{
      "Tidemill runs DAGs of machine-learning jobs: from a YAML file to a finished run, through "
      "any crash.\n",
      "tidemill"};
  app.set_version_flag("--version", "tidemill " TIDEMILL_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  app.get_formatter()->label("REQUIRED", "");
  app.get_formatter()->label("TEXT", "");
  Chosen chosen;
  for (auto* add :
       {add_up,     add_scheduler, add_config,     add_backup,   add_restore, add_db,
        add_doctor, add_run,       add_plan,       add_validate, add_policy,  add_graph,
        add_schema, add_next,      add_runs,       add_explain,  add_history, add_logs,
        add_dump,   add_sim,       add_completion, add_man,      add_worker,  add_supervisor}) {
    add(app, chosen);
  }
  group_commands(app);
  client::add_commands(app, chosen);
  app.footer(
      "Start here: tidemill run dags/hello/hello.yaml\n"
      "Exit codes: 0 ok, 1 failed, 2 wrong use, 3 not found, 4 the run failed, 124 waited too "
      "long");
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const bool is_bare = words.empty();
  if (!is_bare && words.front() == "__complete") {
    return client::run_complete(client::pages_of(app), {words.begin() + 1, words.end()});
  }
  rewrite_help(words);
  try {
    // CLI11 takes the words from the back.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Success& success) {
    app.exit(success);
    return is_bare ? kExitUsage : kExitOk;
  } catch (const CLI::ParseError& error) {
    return refuse(app, words, error);
  }
  return chosen();
}

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) {
  tidemill::open_standard_streams();
  // A reader that leaves (`tidemill logs … | head`) and a file that may not grow end the write with
  // an error, not the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return tidemill::finish_output(tidemill::parse_and_run(argc, argv));
  } catch (const std::system_error&) {
    // fmt::print says so when a stream takes no more; stdout remembers it.
    return tidemill::finish_output(tidemill::kExitOk);
  }
}
