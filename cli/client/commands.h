// The client commands' part of the table of commands.
#pragma once

#include <functional>

#include "cli/client/address.h"

namespace CLI {
class App;
}

namespace tidemill::client {

// A command that was chosen, to be called once the whole command line was understood.
using Chosen = std::function<int()>;

// --server and --data-dir, for every command that may ask a scheduler.
void add_server_options(CLI::App& command, ServerOptions& options);

void add_commands(CLI::App& app, Chosen& chosen);

}  // namespace tidemill::client
