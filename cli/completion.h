// Shell completion. The scripts are the same few lines for every command: they ask the program
// itself (`tidemill __complete`), which knows the table of commands and the scheduler's names.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command_page.h"

namespace tidemill {

// shell: bash, zsh or fish.
Result<std::string> completion_script(const std::string& shell);

struct Candidate {
  std::string word;
  std::string help;  // empty = none
};

// What can stand where the cursor is.
struct Completion {
  std::vector<Candidate> words;
  enum class Live {
    none,
    dags,
    runs,
    tasks,
    datasets,
    backfills,
    retries
  } live = Live::none;  // further ones, of the scheduler
  std::string run;      // whose tasks
  bool files = false;   // and names of files
};

// `words` are those before the cursor, without the program's name; `current` is what was typed of
// the one under it. Words that do not begin with it are left out.
Completion complete(const std::vector<CommandPage>& pages, const std::vector<std::string>& words,
                    const std::string& current);

}  // namespace tidemill
