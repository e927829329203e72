// Why an attempt ended, as a clause of a sentence.
#pragma once

#include <string>

#include "core/words.h"

namespace tidemill {

// "exit code 3", "killed by signal 9"; a signal of 0 is not known.
std::string cause_clause(Cause cause, int exit_code, int signal = 0);

}  // namespace tidemill
