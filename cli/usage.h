// What is said to somebody whose command line cannot be understood: what is wrong and what was
// probably meant.
#pragma once

#include <string>
#include <vector>

namespace tidemill {

struct CommandUsage {
  std::vector<std::string> commands;
  std::string command;               // the chosen one; empty = none of them
  std::vector<std::string> options;  // of the chosen one, "--json", "-f"
};

// `words` are the command line without the program's name; `complaint` is the parser's own
// sentence, used when there is nothing better to say.
std::string usage_message(const CommandUsage& usage, const std::vector<std::string>& words,
                          const std::string& complaint);

}  // namespace tidemill
