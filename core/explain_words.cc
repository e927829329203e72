#include "core/explain_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "core/cause_words.h"
#include "core/trigger.h"

namespace tidemill {

std::string time_since(WallTime then, WallTime now) {
  return format_duration(std::max(Duration::zero(), now - then));
}

std::string time_until(WallTime then, WallTime now) { return time_since(now, then); }

std::string state_clause(const TaskRun& task, WallTime now) {
  const auto for_time = [&](std::string_view word, WallTime since) {
    return since == WallTime{} ? std::string(word)
                               : fmt::format("{} for {}", word, time_since(since, now));
  };
  switch (task.state) {
    case TaskState::waiting:
      return "waiting";
    case TaskState::ready:
      return for_time("ready", task.ready_at);
    case TaskState::dispatched:
      return "starting";
    case TaskState::running:
      return for_time("running", task.started_at);
    case TaskState::retry_wait:
      return "failed, next attempt in " + time_until(task.retry_at, now);
    case TaskState::awaiting_input:
      return for_time("awaiting input", task.ready_at);
    case TaskState::succeeded:
    case TaskState::failed:
    case TaskState::upstream_failed:
    case TaskState::skipped:
    case TaskState::cancelled:
      return std::string(to_word(task.state));
  }
  UNREACHABLE();
}

std::string failure_clause(const TaskRun& task) {
  return task.reason.empty() ? cause_clause(task.cause, task.exit_code) : task.reason;
}

std::string list_some(const std::vector<std::string>& items, std::size_t most) {
  const std::size_t shown = items.size() <= most + 1 ? items.size() : most;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == items.size();
    if (i > 0) text += last ? " and " : ", ";
    text += items[i];
  }
  if (shown < items.size()) text += fmt::format(" and {} more", items.size() - shown);
  return text;
}

std::string list_tasks(const Dag& dag, const std::vector<TaskIndex>& tasks, std::size_t most) {
  std::vector<std::string> names;
  for (const TaskIndex task : tasks) {
    if (names.size() > most + 1) break;
    names.push_back(dag.tasks[task].id);
  }
  if (tasks.size() <= most + 1) return list_some(names, most);
  names.resize(most);
  return join(names, ", ") + fmt::format(" and {} more", tasks.size() - most);
}

std::string rule_clause(const Subject& subject) {
  const TaskSpec& spec = subject.spec();
  const TriggerVerdict verdict = explain_trigger(subject.dag, subject.run, subject.index);
  // Other rules, and skips, are named by the words themselves.
  const bool is_named = spec.trigger_rule != TriggerRule::all_success || !spec.needs_expr.empty() ||
                        verdict.kind == TriggerVerdict::Kind::skip;
  return is_named ? verdict.why : "all_success: " + verdict.why;
}

std::string pause_clause(const Run& run, WallTime now) {
  const std::string& note = run.pause_note;
  const std::size_t who = std::min(note.find(": "), note.size());
  return fmt::format("{} for {}{}", note.substr(0, who), time_since(run.paused_at, now),
                     note.substr(who));
}

std::string attempts_clause(const TaskSpec& spec, const TaskRun& task) {
  std::string text = fmt::format("attempt {}", task.attempts);
  if (task.attempts_before > 0) {
    text += fmt::format(", {} since it was cleared", task.attempts - task.attempts_before);
  }
  const int limit = spec.retry == nullptr ? 0 : spec.retry->limit;
  if (limit > 0) text += fmt::format("; {} of {} retries used", task.retries, limit);
  if (task.losses > 0) {
    text += fmt::format("; {} lost to infrastructure, of at most {}", task.losses, kMaxLosses);
  }
  return text;
}

}  // namespace tidemill
