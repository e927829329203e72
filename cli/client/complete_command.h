// `tidemill __complete WORD… CURRENT`, which the completion scripts call: one candidate a line, a
// tab and its help behind it; `:files` asks for names of files as well. It answers within a fifth
// of a second with what it knows by then, and never says that something failed.
#pragma once

#include <string>
#include <vector>

#include "cli/command_page.h"

namespace tidemill::client {

int run_complete(const std::vector<CommandPage>& pages, std::vector<std::string> words);

}  // namespace tidemill::client
