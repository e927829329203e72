// The manual out of the table of commands: man pages in roff, and docs/cli.md.
#pragma once

#include <string>
#include <vector>

#include "cli/command_page.h"

namespace tidemill {

// tidemill.1: every command in one line.
std::string man_overview(const std::vector<CommandPage>& pages, const std::string& version);
// tidemill-<command>.1, with the commands below it.
std::string man_page(const std::vector<CommandPage>& pages, const CommandPage& page,
                     const std::string& version);
// All of it as one Markdown page.
std::string cli_reference(const std::vector<CommandPage>& pages);

}  // namespace tidemill
