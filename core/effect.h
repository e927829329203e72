// What the shell has to do after a transition is committed. Every effect is safe to repeat: it
// names the attempt, and repeating it changes nothing. After a crash they are derived again from
// the rows.
#pragma once

#include <variant>

#include "base/id.h"
#include "base/time.h"
#include "core/words.h"

namespace tidemill::effect {

// The task may be placed on a worker now (or no longer: see Unready).
struct Ready {
  TaskIndex task;
};

// The task was ready and is not any more; take it out of the queue.
struct Unready {
  TaskIndex task;
};

// Ask the worker to end the attempt: TERM, grace, KILL.
struct Stop {
  TaskIndex task;
  AttemptId attempt;
  Cause why;  // cancelled, or timeout: queue_timeout or the run's timeout passed
};

// Send event::Wake when the boot clock reaches this; replaces an earlier WakeAt of the run. Waking
// too early is harmless: it is answered with the same WakeAt.
struct WakeAt {
  BootTime at;
};

// Look whether what the task waits for is there, and answer with event::Looked. While the last look
// still goes on, no other one need begin.
struct Look {
  TaskIndex task;
};

// The deadline passed before the run ended; said once.
struct DeadlineMissed {};

struct RunEnded {
  RunState state;
};

}  // namespace tidemill::effect

namespace tidemill {

using Effect = std::variant<effect::Ready, effect::Unready, effect::Stop, effect::WakeAt,
                            effect::Look, effect::DeadlineMissed, effect::RunEnded>;

}  // namespace tidemill
