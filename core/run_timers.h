// Which timers a run has is a function of its rows: this is that function. The run machine keeps
// Run::timers equal to it step by step; recovery builds it anew.
#pragma once

#include <optional>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

// The timer that a task's present state holds, counted from its ready_since;
// of a task that waits the next of ready_since and gives_up.
std::optional<RunTimer> task_timer(const Dag& dag, const Run& run, TaskIndex task);

// How long a task that only waits may do so; 0 = without end, or no such task.
Duration wait_timeout(const TaskSpec& task);

// Does the run's own timeout count, and when does it fire by the wall clock?
std::optional<WallTime> run_timeout_at(const Dag& dag, const Run& run);
// The same of the deadline.
std::optional<WallTime> deadline_at(const Dag& dag, const Run& run);

// When the run has to be done, also of one that has ended; none while that counts from a start that
// has not happened, or without a deadline.
std::optional<WallTime> deadline_moment(const Dag& dag, const Run& run);

// A moment of the wall clock as boot time, at most `whole` from now: a clock that was set back may
// not make a delay longer than it ever was.
BootTime rebase(WallTime at, Duration whole, Now now);

// Sets ready_since and gives_up of every task and all timers.
void restore_timers(const Dag& dag, Run& run, Now now);

}  // namespace tidemill
