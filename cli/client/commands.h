// The client commands' part of the table of commands, and the table as pages.
#pragma once

#include <functional>
#include <vector>

#include "cli/client/address.h"
#include "cli/command_page.h"

namespace CLI {
class App;
}

namespace tidemill::client {

// A command that was chosen, to be called once the whole command line was understood.
using Chosen = std::function<int()>;

// --server and --data-dir, for every command that may ask a scheduler.
void add_server_options(CLI::App& command, ServerOptions& options);

void add_commands(CLI::App& app, Chosen& chosen);

// The whole table, in its order, without hidden commands; a command below another follows it.
std::vector<CommandPage> pages_of(const CLI::App& app);

}  // namespace tidemill::client
