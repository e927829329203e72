// What follows an ended attempt: success, another attempt after a delay, or a final state.
#pragma once

#include <cstdint>
#include <string>

#include "core/dag.h"
#include "core/outcome.h"
#include "core/run.h"

namespace tidemill {

struct RetryDecision {
  enum class Kind { succeed, retry, fail, skip } kind = Kind::fail;
  Duration delay{};            // retry: how long to wait
  bool uses_limit = true;      // false: counted as an infrastructure loss
  double memory_factor = 1.0;  // multiplies TaskRun::memory_factor
  std::string why;             // "exit code 75 asks for a retry; 1 of 2 used"
};

// Exit codes 75 (retry), 78 (never), 99 (skip) come first, then rules in order, then `on` and
// limit. 75 is retried whatever `on` says, but within the limit. An attempt that somebody stopped
// (cancelled) is never retried. A cause of `lost` never uses the limit: after kMaxLosses the task
// fails; an attempt that was lost after it began is retried only if rules and `on` allow it.
RetryDecision decide_retry(const TaskSpec& task, const TaskRun& state, const Outcome& outcome,
                           std::uint64_t run_seed, TaskIndex index);

// The longest delay that decide_retry can give; bounds what a changed wall clock can do on
// recovery.
Duration longest_delay(const RetryPolicy& policy);

// The delay before retry number n (1-based): delay·backoff^(n-1), capped, then jittered by the
// hash.
Duration retry_delay(const RetryPolicy& policy, int n, std::uint64_t seed);

}  // namespace tidemill
