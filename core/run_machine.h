// The run machine: the one place that changes a run. Pure: a function of DAG, run, event and time.
//
//   waiting ──rule: run──▶ ready ──Grant──▶ dispatched ──Started──▶ running
//      │                     ▲                   │                      │
//      │                     └─Wake── retry_wait ◀───── Ended, retry ───┤
//      │                                         │                      │
//      └─rule or `if`──▶ skipped, failed,        └────── Ended ─────────┴──▶ succeeded, failed,
//                        upstream_failed                                     skipped (exit 99)
//
// A task that only waits (core/wait_for.h, core/approval.h) goes from `waiting` to awaiting_input,
// and from there to its end: what it waits for is there (succeeded), its timeout passed, or a
// person said so. It never has an attempt. A pause does not touch it.
//
// Cancel ends at once whatever is not live (dispatched, running), as cancelled, and asks for the
// stop of what is; that ends when its worker says that it is gone.
//
// A paused run starts no new attempt; what is live goes on, and waiting costs nothing: queue
// timeouts begin anew and the run's timeout goes on when it is resumed. Its deadline is a promise
// to others and goes on. A cancel ends the pause.
//
// By hand, tasks of any state go back to waiting (clear) or to succeeded, skipped or failed (mark);
// core/clear.h plans exactly which. A live task is stopped first and goes there once its attempt is
// gone; if it ends as what it was to be marked, that counts as its own end. A cleared task's retry
// budgets begin anew, its attempt numbers go on. Of a run that has ended this is the only way back
// (I7): it is queued again and then goes on, so that limits on running runs hold.
//
// Hooks are tasks too. The start hook comes before everything else; if it fails, nothing else runs.
// When the body has ended, the success hook (also of a partial run), the failure hook or the cancel
// hook runs, then the exit hook, then the run ends. A run that was reopened, or cleared while such
// hooks wait for their turn, runs them again, since what they tell has changed; the start hook only
// when it had failed or was cancelled.
//
// Every (state, event) pair is decided; the whole matrix is tests/golden/transitions.txt.
// Stale messages (an attempt that is not the live one) are ignored and reported as such (I8, I9).
#pragma once

#include <string>
#include <vector>

#include "core/dag.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/run.h"

namespace tidemill {

struct Transition {
  enum class Verdict {
    applied,
    ignored,   // late or repeated; harmless, nothing changed
    rejected,  // must not happen in this state; nothing changed
  } verdict = Verdict::applied;
  std::string note;                // why it was ignored or rejected
  std::vector<TaskIndex> changed;  // tasks whose rows changed, each once, in order of change
  std::vector<TaskIndex> reset;    // of them, those that became waiting before anything else
  bool run_changed = false;
  std::vector<Effect> effects;  // in order; WakeAt at most once, last
  std::size_t work = 0;         // tasks and edges looked at: lets a test see that time is linear
};

// Runs in time proportional to the tasks it changes and their edges, never recursive.
Transition advance(const Dag& dag, Run& run, const Event& event, Now now);

// The state that the tasks imply: failed if any failure is not tolerated or the run timed out, then
// cancelled, then partial, then succeeded. A failed hook after the body turns succeeded into
// partial and nothing else. Defined when every ordinary task is terminal.
RunState state_of(const Dag& dag, const Run& run);

// For a run that was loaded from storage: the effects that a crash may have swallowed (Ready for
// every ready task, Stop for attempts that are being stopped, the earliest timer). Idempotent.
// RunEnded and DeadlineMissed are in the row itself (state, deadline_missed).
std::vector<Effect> pending_effects(const Dag& dag, const Run& run);

}  // namespace tidemill
