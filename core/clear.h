// What clearing or marking tasks by hand changes: the exact tasks and why each, before anything is
// changed. The run machine carries out these very plans, so a preview is what happens.
//
// Cleared tasks go back to `waiting` and run again by their rules; their attempts, outputs and logs
// stay, attempt numbers go on, retry budgets begin anew. A live task is stopped first. What comes
// along by itself:
//   - a task that may start, or waits for its retry, but whose rule no longer holds once its
//     upstreams are reset: reset too. When it is live already, all is refused: its attempt has
//     begun on results that would be taken from it;
//   - of a run whose tasks have all ended: the hooks after the body, which run again;
//   - the start hook, if the body could not be released without it.
// Tasks that were left out of the run (--only) are never touched. Refusals are `conflict`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

enum class ClearReach {
  only,        // the chosen tasks
  downstream,  // and everything after them
  upstream,    // and everything before them
  both,
  failed,  // of the chosen those that failed or were cancelled, and what did not run because of
           // them
};

struct PlannedChange {
  enum class Why {
    chosen,
    downstream,       // of `because`
    upstream,         // of `because`
    upstream_failed,  // it did not run because of `because`
    unfounded,        // it may start, and its rule no longer holds without `because`
    hook,             // runs again with the run; `because` is kNoTask
  };
  TaskIndex task = 0;
  Why why = Why::chosen;
  TaskIndex because = kNoTask;
  TaskState to = TaskState::waiting;  // waiting: reset; else marked
  bool live = false;                  // its attempt is stopped first
  bool operator==(const PlannedChange&) const = default;
};

struct ClearPlan {
  std::vector<PlannedChange> tasks;  // by TaskIndex, each once, never empty
  bool reopens = false;              // the run has ended and is queued again
  bool operator==(const ClearPlan&) const = default;
};

// No chosen task means every task, for ClearReach::failed only: "retry what failed".
Result<ClearPlan> plan_clear(const Dag& dag, const Run& run, const std::vector<TaskIndex>& chosen,
                             ClearReach reach);

// To succeeded, skipped or failed. What did not run because a task failed that is now said to have
// succeeded or to be skipped is reset. Hooks cannot be marked.
Result<ClearPlan> plan_mark(const Dag& dag, const Run& run, const std::vector<TaskIndex>& chosen,
                            TaskState to);

// "chosen", "downstream of train", "did not run because of train".
std::string describe(const Dag& dag, const PlannedChange& change);

std::string_view to_word(ClearReach reach);
std::optional<ClearReach> clear_reach_from(std::string_view word);

}  // namespace tidemill
