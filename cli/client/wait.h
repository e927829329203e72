// Waiting for the end of a run.
#pragma once

#include <cstdint>
#include <string>

#include "cli/client/api.h"

namespace tidemill::client {

enum class WaitStyle { silent, telling };  // telling: what happens, as `tidemill watch RUN`

// Until the run has ended; its state then, or nullopt when `patience` ran out (0 = no limit).
Result<std::optional<std::string>> wait_for_end(Api& api, std::int64_t run, WaitStyle style,
                                                Duration patience);

// What the shell sees of a run that ended so: kExitOk for succeeded and partial.
int exit_code_of_state(const std::string& state);

}  // namespace tidemill::client
