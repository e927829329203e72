#include "core/words.h"

#include <array>
#include <string_view>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 6> kRunWords = {"queued",  "running", "succeeded",
                                                       "partial", "failed",  "cancelled"};
constexpr std::array<std::string_view, kTaskStateCount> kTaskWords = {
    "waiting",   "ready",  "dispatched",      "running", "retry_wait", "awaiting_input",
    "succeeded", "failed", "upstream_failed", "skipped", "cancelled"};
constexpr std::array<std::string_view, kCauseCount> kCauseWords = {
    "none",        "exit",      "signal", "timeout",  "oom",
    "exec_failed", "cancelled", "lost",   "contract", "gate"};
constexpr std::array<std::string_view, kTriggerRuleCount> kRuleWords = {
    "all_success",  "all_failed",
    "all_done",     "all_done_min_one_success",
    "all_skipped",  "one_success",
    "one_failed",   "one_done",
    "none_failed",  "none_failed_min_one_success",
    "none_skipped", "all_done_setup_success",
    "always"};

template <typename E, std::size_t N>
std::string_view word_of(const std::array<std::string_view, N>& words, E value) {
  const auto index = static_cast<std::size_t>(value);
  CHECK(index < N);
  return words[index];
}

template <typename E, std::size_t N>
std::optional<E> value_of(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace

bool is_terminal(RunState state) { return state >= RunState::succeeded; }
bool is_terminal(TaskState state) { return state >= TaskState::succeeded; }
bool is_live(TaskState state) {
  return state == TaskState::dispatched || state == TaskState::running;
}

std::string_view to_word(RunState state) { return word_of(kRunWords, state); }
std::string_view to_word(TaskState state) { return word_of(kTaskWords, state); }
std::string_view to_word(Cause cause) { return word_of(kCauseWords, cause); }
std::string_view to_word(TriggerRule rule) { return word_of(kRuleWords, rule); }

std::optional<RunState> run_state_from(std::string_view w) {
  return value_of<RunState>(kRunWords, w);
}
std::optional<TaskState> task_state_from(std::string_view w) {
  return value_of<TaskState>(kTaskWords, w);
}
std::optional<Cause> cause_from(std::string_view w) { return value_of<Cause>(kCauseWords, w); }
std::optional<TriggerRule> trigger_rule_from(std::string_view w) {
  return value_of<TriggerRule>(kRuleWords, w);
}

}  // namespace tidemill
