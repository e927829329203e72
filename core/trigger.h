// Decides whether a task may start: the thirteen trigger rules and the expression form of `needs`.
// THE place to read for "why does this task (not) run": a table over counts, evaluated as early as
// the answer is certain.
#pragma once

#include <string>

#include "core/dag.h"
#include "core/run.h"

namespace tidemill {

struct TriggerVerdict {
  enum class Kind { wait, run, skip, upstream_failed } kind = Kind::wait;
  // One clause: "2 of 3 upstreams succeeded, 1 still running (train)"; of skip and upstream_failed
  // only what settled it: "quiet was skipped, and all_success needs every upstream to succeed".
  std::string why;
};

// By rule alone, over counts. `setup` are the counts over `setup: true` upstreams (used by
// all_done_setup_success only, and only when all are terminal). Pure arithmetic; tested against
// brute force. No upstreams: run, whatever the rule.
TriggerVerdict::Kind decide_rule(TriggerRule rule, const UpstreamCounts& all,
                                 const UpstreamCounts& setup);

// The full decision for one task of a run, without words: by its needs expression or its rule.
// In an expression, an upstream that was left out of the run counts as succeeded.
TriggerVerdict::Kind decide_trigger(const Dag& dag, const Run& run, TaskIndex task);

// The same with words; slower.
TriggerVerdict explain_trigger(const Dag& dag, const Run& run, TaskIndex task);

// The task's own `if:`, asked once, when the rule says run. `why` is set unless it holds.
struct ConditionVerdict {
  enum class Kind { holds, skip, broken } kind = Kind::holds;  // broken: it could not be decided
  std::string why;
};
ConditionVerdict decide_condition(const Dag& dag, const Run& run, TaskIndex task);

}  // namespace tidemill
