// The words of the client commands. What they do is in the files beside this one. CLI11 is slow to
// compile, so only this file and cli/main.cc know it.
#include "cli/client/commands.h"

#include <CLI/CLI.hpp>

#include "cli/client/options.h"

namespace tidemill::client {
namespace {

const char kLook[] = "Looking";
const char kControl[] = "Running and repairing";

void add_client_options(CLI::App& command, ClientOptions& options) {
  add_server_options(command, options);
  command.add_flag("--json", options.json, "What the API answers, for programs");
}

template <typename Options>
void choose(CLI::App& command, Chosen& chosen, const Options& options, int (*run)(const Options&)) {
  command.callback([&chosen, &options, run] { chosen = [&options, run] { return run(options); }; });
}

template <typename Options>
CLI::App& add_command(CLI::App& app, Chosen& chosen, const char* group, const char* name,
                      const char* summary, Options& options, int (*run)(const Options&)) {
  auto* command = app.add_subcommand(name, summary)->group(group);
  choose(*command, chosen, options, run);
  return *command;
}

void add_status(CLI::App& app, Chosen& chosen) {
  static StatusCommand options;
  auto& command = add_command(app, chosen, kLook, "status", "What the scheduler is doing", options,
                              run_status);
  add_client_options(command, options);
}

void add_workers(CLI::App& app, Chosen& chosen) {
  static WorkersCommand options;
  auto& command = add_command(app, chosen, kLook, "workers", "List workers and what they run",
                              options, run_workers);
  add_client_options(command, options);
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

void add_trigger(CLI::App& app, Chosen& chosen) {
  static TriggerCommand options;
  auto& command = add_command(app, chosen, kControl, "trigger", "Start a run of a DAG", options,
                              run_trigger);
  command.add_option("DAG", options.dag, "Its name")->required();
  command.add_option("--param", options.params, "A parameter; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
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
  command.add_flag("-f,--follow", options.follow, "Wait, and say what happens meanwhile");
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
  for (auto* add : {add_dags, add_status, add_workers, add_trigger, add_cancel}) add(app, chosen);
}

}  // namespace tidemill::client
