// How a command enters the table. Only the files that include this know CLI11, which is slow to
// compile.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/client/commands.h"
#include "cli/client/options.h"

namespace tidemill::client {

inline constexpr char kOnCallGroup[] = "On call";

inline void add_client_options(CLI::App& command, ClientOptions& options) {
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

// A command whose own work is the list, with commands below it that change what is listed.
template <typename Options>
CLI::App& add_group(CLI::App& app, Chosen& chosen, const char* group, const char* name,
                    const char* summary, Options& options, int (*run)(const Options&)) {
  auto* command = app.add_subcommand(name, summary)->group(group);
  add_client_options(*command, options);
  // CLI11 calls this one after that of a command below.
  command->callback([command, &chosen, &options, run] {
    if (command->get_subcommands().empty()) chosen = [&options, run] { return run(options); };
  });
  return *command;
}

template <typename Options>
CLI::App& add_below(CLI::App& group, Chosen& chosen, const char* name, const char* summary,
                    Options& options, int (*run)(const Options&)) {
  auto* command = group.add_subcommand(name, summary);
  choose(*command, chosen, options, run);
  add_client_options(*command, options);
  return *command;
}

// The parts of add_commands().
void add_on_call_commands(CLI::App& app, Chosen& chosen);
void add_rotation_commands(CLI::App& app, Chosen& chosen);
void add_people_commands(CLI::App& app, Chosen& chosen);
void add_worker_commands(CLI::App& app, Chosen& chosen);

}  // namespace tidemill::client
