// How a task came to its final state; for one that never ran, where that began.
#include <fmt/format.h>

#include <tuple>

#include "base/check.h"
#include "base/text.h"
#include "core/explain_words.h"
#include "core/graph.h"

namespace tidemill {
namespace {

Explanation explain_succeeded(const Subject& subject) {
  const TaskRun& state = subject.state();
  if (subject.spec().wait_for != nullptr && state.reason.empty()) {
    return {fmt::format("{} succeeded: what it waited for was there after {}", subject.name(),
                        time_since(state.ready_at, state.ended_at)),
            {}};
  }
  if (state.attempts == 0) {
    const std::string how = state.reason.empty() ? "without an attempt of its own" : state.reason;
    return {fmt::format("{} succeeded: {}", subject.name(), how), {}};
  }
  return {fmt::format("{} succeeded in {}", subject.name(),
                      time_since(state.started_at, state.ended_at)),
          {attempts_clause(subject.spec(), state)}};
}

Explanation explain_failed(const Subject& subject) {
  const TaskRun& state = subject.state();
  Explanation said;
  const bool had_none = state.attempts == 0 && !subject.spec().only_waits();
  const std::string when = had_none ? " before its first attempt"
                           : state.attempts <= 1
                               ? ""
                               : fmt::format(" after {} attempts", state.attempts);
  said.sentence = fmt::format("{} failed{}: {}", subject.name(), when, failure_clause(state));
  if (state.tolerated) said.sentence += "; the DAG allows this failure";
  const std::vector<TaskIndex> blocked = blocked_by(subject.dag, subject.run, subject.index);
  if (!blocked.empty()) {
    said.details.push_back(fmt::format("it keeps {} from running: {}",
                                       plural(std::ssize(blocked), "task"),
                                       list_tasks(subject.dag, blocked)));
  }
  if (state.attempts > 0) said.details.push_back(attempts_clause(subject.spec(), state));
  if (state.cause != Cause::none) {
    said.details.push_back(fmt::format("cause {}", to_word(state.cause)));
  }
  return said;
}

// Of several roots: a failure before a cancel, then what ended first.
std::vector<TaskIndex> way_to_the_root(const Subject& subject) {
  const auto& tasks = subject.run.tasks;
  const auto rank = [&](TaskIndex task) {
    return std::tuple(tasks[task].state != TaskState::failed, tasks[task].ended_at, task);
  };
  return path_upstream(
      subject.dag, subject.index,
      [&](TaskIndex task) { return tasks[task].state == TaskState::upstream_failed; },
      [&](TaskIndex task) {
        return tasks[task].state == TaskState::failed || tasks[task].state == TaskState::cancelled;
      },
      [&](TaskIndex a, TaskIndex b) { return rank(a) < rank(b); });
}

std::string way_text(const Subject& subject, const std::vector<TaskIndex>& way) {
  if (way.size() > 8) {
    return fmt::format("{} <- {} <- {} tasks <- {}", subject.name(), subject.dag.tasks[way[1]].id,
                       way.size() - 3, subject.dag.tasks[way.back()].id);
  }
  std::string text;
  for (const TaskIndex task : way)
    text += (text.empty() ? "" : " <- ") + subject.dag.tasks[task].id;
  return text;
}

Explanation explain_upstream_failed(const Subject& subject) {
  const TaskRun& state = subject.state();
  const std::vector<TaskIndex> way = way_to_the_root(subject);
  Explanation said;
  if (way.empty()) {
    said.sentence = fmt::format("{} did not run: {}", subject.name(),
                                state.reason.empty() ? "an upstream failed" : state.reason);
    return said;
  }
  const TaskIndex root = way.back();
  const TaskRun& failed = subject.run.tasks[root];
  const std::string_view verb = failed.state == TaskState::cancelled ? "was cancelled" : "failed";
  said.sentence = fmt::format("{} did not run because {} {} ({})", subject.name(),
                              subject.dag.tasks[root].id, verb, failure_clause(failed));
  if (way.size() > 2) said.details.push_back("by way of " + way_text(subject, way));
  said.details.push_back(rule_clause(subject));
  return said;
}

Explanation explain_skipped(const Subject& subject) {
  const TaskRun& state = subject.state();
  Explanation said;
  said.sentence = fmt::format("{} was skipped: {}", subject.name(),
                              state.reason.empty() ? "no reason was recorded" : state.reason);
  const auto& tasks = subject.run.tasks;
  const auto is_skipped = [&](TaskIndex task) {
    return tasks[task].state == TaskState::skipped && !tasks[task].pruned;
  };
  const std::vector<TaskIndex> way = path_upstream(
      subject.dag, subject.index, is_skipped, is_skipped, [&](TaskIndex a, TaskIndex b) {
        return std::tuple(tasks[a].ended_at, a) < std::tuple(tasks[b].ended_at, b);
      });
  if (!way.empty()) {
    const TaskIndex root = way.back();
    said.details.push_back(
        fmt::format("it began with {}: {}", subject.dag.tasks[root].id, tasks[root].reason));
  }
  return said;
}

Explanation explain_cancelled(const Subject& subject) {
  const TaskRun& state = subject.state();
  const bool ran = state.started_at != WallTime{} && state.ended_at > state.started_at;
  const std::string why = state.reason.empty() ? "no reason was recorded" : state.reason;
  std::string after;
  if (ran) after = fmt::format(" after {}", time_since(state.started_at, state.ended_at));
  if (state.attempts == 0) after = " before it started";
  return {fmt::format("{} was cancelled{}: {}", subject.name(), after, why), {}};
}

Explanation explain_terminal(const Subject& subject) {
  switch (subject.state().state) {
    case TaskState::succeeded:
      return explain_succeeded(subject);
    case TaskState::failed:
      return explain_failed(subject);
    case TaskState::upstream_failed:
      return explain_upstream_failed(subject);
    case TaskState::skipped:
      return explain_skipped(subject);
    case TaskState::cancelled:
      return explain_cancelled(subject);
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::dispatched:
    case TaskState::running:
    case TaskState::retry_wait:
    case TaskState::awaiting_input:
      break;
  }
  UNREACHABLE();
}

}  // namespace

Explanation explain_ended(const Subject& subject) {
  Explanation said = explain_terminal(subject);
  if (subject.state().marked) {
    said.sentence = fmt::format("{} was {}", subject.name(), subject.state().reason);
  }
  const WallTime ended = subject.state().ended_at;
  if (ended != WallTime{}) said.details.push_back("ended at " + format_rfc3339(ended));
  return said;
}

}  // namespace tidemill
