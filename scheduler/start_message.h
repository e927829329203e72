// From a granted task to the message that starts it.
#pragma once

#include "base/result.h"
#include "protocol/messages.h"
#include "scheduler/live_run.h"

namespace tidemill {

// The task's live attempt, complete but for secrets. The same for the same attempt, however often
// it is made: everything it is rendered from was final before the grant.
Result<message::Start> start_message(const LiveRun& live, TaskIndex task);

// Can the task's next attempt be rendered at all? Asked before the grant.
Result<RenderedTask> render_next(const LiveRun& live, TaskIndex task);

// A start message from what was rendered already.
message::Start start_message(const LiveRun& live, TaskIndex task, RenderedTask rendered);

}  // namespace tidemill
