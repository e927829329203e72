// `tidemill man`: the manual on standard output, or as files of a folder.
#pragma once

#include <string>
#include <vector>

#include "cli/command_page.h"

namespace tidemill {

struct ManCommand {
  std::string command;          // empty = the overview
  std::string format = "roff";  // or markdown: all commands as docs/cli.md
  std::string write_to;         // a folder for every page; empty = standard output
};

int run_man(const ManCommand& options, const std::vector<CommandPage>& pages,
            const std::string& version);

}  // namespace tidemill
