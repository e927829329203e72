// One command as it stands in the table of commands: what --help, completion, the man pages and
// docs/cli.md are made of.
#pragma once

#include <string>
#include <vector>

namespace tidemill {

struct ArgumentPage {
  std::vector<std::string> names;  // "-f", "--follow"; of a positional one its name, "RUN"
  std::string value;               // what an option takes, "DURATION"; empty = nothing
  std::vector<std::string> choices;
  std::string help;
  bool required = false;
  bool many = false;  // may stand there more than once
};

struct CommandPage {
  std::string name;  // "run", "users add"
  std::string group;
  std::string summary;
  std::vector<ArgumentPage> positionals, options;
  std::string footer;  // examples

  std::vector<std::string> option_names() const;
};

// The page with this name, or nullptr.
const CommandPage* find_page(const std::vector<CommandPage>& pages, const std::string& name);

// "tidemill cancel RUN [options]".
std::string synopsis(const CommandPage& page);

}  // namespace tidemill
