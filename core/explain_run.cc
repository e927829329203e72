// The state of a run in one sentence, with the tasks that matter by name.
#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/text.h"
#include "core/explain.h"
#include "core/explain_words.h"
#include "core/run_timers.h"
#include "core/state_words.h"

namespace tidemill {
namespace {

// Ordinary tasks by state; those left out of the run are not counted.
struct Census {
  std::array<std::vector<TaskIndex>, kTaskStateCount> by_state;
  std::size_t total = 0;
  std::vector<TaskIndex> failed;  // not tolerated

  Census(const Dag& dag, const Run& run) {
    for (TaskIndex task = 0; task < dag.task_count; ++task) {
      const TaskRun& state = run.tasks[task];
      if (state.pruned) continue;
      ++total;
      by_state[static_cast<std::size_t>(state.state)].push_back(task);
      if (state.state == TaskState::failed && !state.tolerated) failed.push_back(task);
    }
  }
  const std::vector<TaskIndex>& in(TaskState state) const {
    return by_state[static_cast<std::size_t>(state)];
  }
  std::size_t count(TaskState state) const { return in(state).size(); }
};

// "2 running (train and audit), 3 waiting": names where they help.
std::string census_text(const Dag& dag, const Census& census) {
  constexpr std::array kOrder = {TaskState::failed,         TaskState::running,
                                 TaskState::dispatched,     TaskState::retry_wait,
                                 TaskState::awaiting_input, TaskState::ready,
                                 TaskState::waiting,        TaskState::upstream_failed,
                                 TaskState::skipped,        TaskState::cancelled};
  std::vector<std::string> parts = {
      fmt::format("{} of {} succeeded", census.count(TaskState::succeeded),
                  plural(static_cast<std::int64_t>(census.total), "task"))};
  for (const TaskState state : kOrder) {
    if (census.count(state) == 0) continue;
    std::string part = fmt::format("{} {}", census.count(state), in_words(state));
    const bool named = state != TaskState::waiting && state != TaskState::upstream_failed;
    if (named) part += fmt::format(" ({})", list_tasks(dag, census.in(state)));
    parts.push_back(std::move(part));
  }
  return join(parts, ", ");
}

// "1 of 12 tasks failed (train: exit code 3); it blocks 4 tasks".
std::string failures_text(const Dag& dag, const Run& run, const Census& census) {
  std::vector<std::string> named;
  for (const TaskIndex task : census.failed) {
    if (named.size() > 4) break;
    named.push_back(fmt::format("{}: {}", dag.tasks[task].id, failure_clause(run.tasks[task])));
  }
  if (named.size() > 3 && census.failed.size() > 3) {
    named.resize(3);
    named.push_back(fmt::format("{} more", census.failed.size() - 3));
  }
  std::string text = fmt::format("{} of {} failed ({})", census.failed.size(),
                                 plural(static_cast<std::int64_t>(census.total), "task"),
                                 join(named, "; "));
  const std::size_t blocked = blocked_by(dag, run, census.failed).size();
  if (blocked > 0) {
    text += fmt::format("; {} {}", census.failed.size() == 1 ? "it blocks" : "they block",
                        plural(static_cast<std::int64_t>(blocked), "task"));
  }
  return text;
}

std::string duration_of(const Run& run) {
  if (run.started_at == WallTime{} || run.ended_at == WallTime{}) return "";
  return " after " + time_since(run.started_at, run.ended_at);
}

std::string failed_sentence(const Dag& dag, const Run& run, const Census& census) {
  const std::string head = "failed" + duration_of(run) + ": ";
  if (census.failed.empty())
    return head + (run.reason.empty() ? "no reason was recorded" : run.reason);
  const std::string failures = failures_text(dag, run, census);
  return head + (run.timed_out ? run.reason + "; " : "") + failures;
}

std::string running_sentence(const Dag& dag, const Run& run, const Census& census, Now now) {
  std::string text = "running for " + time_since(run.started_at, now.wall);
  if (run.paused) text = pause_clause(run, now.wall) + "; what is live goes on, nothing new starts";
  if (run.cancelling) {
    text = run.reason + "; what still runs is being stopped";
    if (run.reason.empty()) text = "being cancelled";
  }
  return text + ": " + census_text(dag, census);
}

std::string run_sentence(const Dag& dag, const Run& run, const Census& census, Now now) {
  switch (run.state) {
    case RunState::queued:
      if (run.paused) return "not started: " + pause_clause(run, now.wall);
      if (run.reopened > 0) {
        return fmt::format("taken up again by hand and queued: {} may have {} at once: {}",
                           dag.name, plural(dag.max_active_runs, "run"), census_text(dag, census));
      }
      return fmt::format("queued for {}: {} may have {} at once (max_active_runs)",
                         time_since(run.created_at, now.wall), dag.name,
                         plural(dag.max_active_runs, "run"));
    case RunState::running:
      return running_sentence(dag, run, census, now);
    case RunState::succeeded:
      return "succeeded" + duration_of(run) + ": " + census_text(dag, census);
    case RunState::partial:
      return "partial" + duration_of(run) + ": " +
             (run.reason.empty() ? census_text(dag, census) : run.reason);
    case RunState::failed:
      return failed_sentence(dag, run, census);
    case RunState::cancelled:
      return (run.reason.empty() ? "cancelled" : run.reason) + "; " + census_text(dag, census);
  }
  UNREACHABLE();
}

void add_blocked(const Dag& dag, const Run& run, const Census& census, Explanation& said) {
  for (std::size_t i = 0; i < census.failed.size() && i < 10; ++i) {
    const TaskIndex task = census.failed[i];
    const std::vector<TaskIndex> blocked = blocked_by(dag, run, task);
    if (blocked.empty()) continue;
    said.details.push_back(
        fmt::format("{} blocks {}", dag.tasks[task].id, list_tasks(dag, blocked)));
  }
}

// What happens next without anybody's doing.
void add_next(const Dag& dag, const Run& run, const Census& census, Now now, Explanation& said) {
  if (run.state != RunState::running || run.cancelling) return;
  for (const TaskIndex task : census.in(TaskState::retry_wait)) {
    if (said.details.size() > 10) return;
    said.details.push_back(fmt::format("{} is tried again in {} ({})", dag.tasks[task].id,
                                       time_until(run.tasks[task].retry_at, now.wall),
                                       failure_clause(run.tasks[task])));
  }
  if (dag.timeout > Duration::zero()) {
    const WallTime at = run.started_at + dag.timeout + run.timeout_shift;
    said.details.push_back(
        run.paused ? "its timeout stands still: " + time_until(at, run.paused_at) + " are left"
                   : "the run times out in " + time_until(at, now.wall));
  }
}

void add_deadline(const Dag& dag, const Run& run, Now now, Explanation& said) {
  const auto due = deadline_moment(dag, run);
  const bool has_ended = is_terminal(run.state);
  if (run.deadline_missed) {
    const WallTime until = has_ended ? run.ended_at : now.wall;
    said.details.push_back(!due || until <= *due
                               ? "its deadline was missed"
                               : fmt::format("its deadline was missed: {} by {}",
                                             has_ended ? "it was late" : "it is late",
                                             time_since(*due, until)));
  } else if (due && !has_ended && *due > now.wall) {
    said.details.push_back("it is due in " + time_until(*due, now.wall));
  }
}

}  // namespace

Explanation explain_run(const Dag& dag, const Run& run, Now now) {
  CHECK(run.tasks.size() == dag.tasks.size());
  const Census census(dag, run);
  Explanation said{run_sentence(dag, run, census, now), {}};
  if (run.state == RunState::failed || run.state == RunState::partial) {
    said.details.push_back(census_text(dag, census));
  }
  add_blocked(dag, run, census, said);
  add_next(dag, run, census, now, said);
  add_deadline(dag, run, now, said);
  return said;
}

}  // namespace tidemill
