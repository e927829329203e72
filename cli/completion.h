// Shell completion scripts, made from the same table of commands as --help.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tidemill {

struct CommandWords {
  std::string name;
  std::string description;
  std::vector<std::string> options;  // "--json", "-f"
  bool takes_files = false;
};

// shell: bash, zsh or fish.
Result<std::string> completion_script(const std::string& shell,
                                      const std::vector<CommandWords>& commands);

}  // namespace tidemill
