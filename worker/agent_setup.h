// What an agent needs before it begins.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "worker/agent.h"

namespace tidemill {

// With everything filled in that was left out. Tasks run elsewhere, so every path that they are
// handed becomes absolute.
AgentOptions completed(AgentOptions options);

// A signalfd for those that end an agent. Before any thread is made, or a thread would take the
// signal in its default way.
Result<Fd> open_signals();

}  // namespace tidemill
