// The argv that runs a `run:` script. Pure.
//
// sh and its kin get the script as an argument (`sh -ec SCRIPT NAME`, as other CI systems run
// theirs: the first failing command ends it); a script with a first line `#!`, one too long for an
// argument, and every other interpreter get it as a file. Options written in `shell:` are taken as
// they are, and nothing is added to them.
#pragma once

#include <string>
#include <vector>

namespace tidemill {

struct Command {
  std::vector<std::string> argv;
  bool needs_file = false;  // the script has to be written to `script_path` first, executable
};

Command script_command(const std::string& script, const std::string& shell, const std::string& name,
                       const std::string& script_path);

}  // namespace tidemill
