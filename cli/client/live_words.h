// Names for completion: those of the scheduler, or of the database when none answers. Whatever goes
// wrong, there are simply none.
#pragma once

#include <string>
#include <vector>

#include "cli/client/address.h"
#include "cli/completion.h"

namespace tidemill::client {

std::vector<Candidate> live_words(const ServerOptions& options, Completion::Live kind,
                                  const std::string& run);

}  // namespace tidemill::client
