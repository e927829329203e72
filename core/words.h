// The state words of Tidemill and their one spelling, the same in C++, SQL, JSON, UI and docs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemill {

enum class RunState : std::uint8_t { queued, running, succeeded, partial, failed, cancelled };

enum class TaskState : std::uint8_t {
  waiting,     // upstreams have not decided yet
  ready,       // may start; waits for a slot
  dispatched,  // granted to a worker, not yet exec'd
  running,
  retry_wait,      // an attempt ended; the next starts at retry_at
  awaiting_input,  // waits for a person or for something outside; holds no slot
  succeeded,
  failed,
  upstream_failed,
  skipped,
  cancelled,
};

// Why an attempt ended.
enum class Cause : std::uint8_t {
  none,  // it has not ended, or ended well by exit code 0
  exit,
  signal,
  timeout,
  oom,
  exec_failed,
  cancelled,
  lost,      // infrastructure: worker, supervisor or host went away
  contract,  // a declared output is missing or an `expect` does not hold
  gate,
};

enum class TriggerRule : std::uint8_t {
  all_success,
  all_failed,
  all_done,
  all_done_min_one_success,
  all_skipped,
  one_success,
  one_failed,
  one_done,
  none_failed,
  none_failed_min_one_success,
  none_skipped,
  all_done_setup_success,
  always,
};

inline constexpr int kTaskStateCount = 11;
inline constexpr int kTriggerRuleCount = 13;
inline constexpr int kCauseCount = 10;

bool is_terminal(RunState state);
bool is_terminal(TaskState state);
// dispatched or running: an attempt is out there and holds slots.
bool is_live(TaskState state);

std::string_view to_word(RunState state);
std::string_view to_word(TaskState state);
std::string_view to_word(Cause cause);
std::string_view to_word(TriggerRule rule);
std::optional<RunState> run_state_from(std::string_view word);
std::optional<TaskState> task_state_from(std::string_view word);
std::optional<Cause> cause_from(std::string_view word);
std::optional<TriggerRule> trigger_rule_from(std::string_view word);

}  // namespace tidemill
