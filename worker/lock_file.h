// One process per folder: a lock that the kernel releases however the holder ends.
#pragma once

#include <string>

#include "base/fd.h"

namespace tidemill {

// Takes the lock, waiting a little for a holder that is just ending. The file then holds
// our pid. `conflict` names the other holder's pid. `what` is for the message: "a supervisor".
Result<Fd> take_lock_file(const std::string& path, const std::string& what);

}  // namespace tidemill
