// What the shell sees. Scripts rely on these numbers; they never change meaning.
#pragma once

#include "base/result.h"

namespace tidemill {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,      // something outside failed, or a check found errors
  kExitUsage = 2,       // the command line or a value on it is wrong
  kExitNotFound = 3,    // no such run, task, file
  kExitRunFailed = 4,   // the run ended failed or cancelled
  kExitTimedOut = 124,  // --timeout passed; what was waited for goes on
};

int exit_code_of(const Error& error);

// Prints "tidemill: <message>" to stderr and returns the matching exit code.
int report(const Error& error);

}  // namespace tidemill
