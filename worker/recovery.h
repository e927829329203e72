// What a new supervisor does about the one before it: attempts that were begun and have no end are
// ended, and what remains of their processes is killed, before anything new may start.
#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"
#include "worker/journal.h"
#include "worker/process_tag.h"

namespace tidemill {

// Every end that was never forgotten: old ones, and those of attempts that are lost now. Returns
// when no process of the old attempts is left (or after ten seconds, when the kernel does not let
// go of one; its record says so).
std::vector<message::ExitRecord> recover_attempts(const std::vector<journal::Record>& records,
                                                  const ProcessTag& tag,
                                                  const std::string& boot_id);

}  // namespace tidemill
