#include "core/run_timeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "core/cause_words.h"

namespace tidemill {
namespace {

// Of a task that worked on something: when it was done, INT64_MAX while it is at it.
std::int64_t done_at(const TaskStory& story) {
  const bool worked = std::any_of(story.phases.begin(), story.phases.end(), [](const auto& phase) {
    return phase.state != TaskState::waiting;
  });
  if (!worked) return 0;
  return story.ended_at.us == 0 ? INT64_MAX : story.ended_at.us;
}

WallTime work_began_at(const TaskStory& story) {
  for (const TaskPhase& phase : story.phases) {
    if (phase.state != TaskState::waiting) return phase.from;
  }
  return {};
}

// Which of two tasks held the run up more: the later end, then the earlier beginning.
bool is_later(const std::vector<TaskStory>& tasks, TaskIndex a, TaskIndex b) {
  if (b == kNoTask) return true;
  const std::int64_t end_a = done_at(tasks[a]), end_b = done_at(tasks[b]);
  if (end_a != end_b) return end_a > end_b;
  return work_began_at(tasks[a]) < work_began_at(tasks[b]);
}

std::string cause_words(const AttemptEnd& attempt) {
  if (attempt.cause == Cause::none) return "succeeded";
  return cause_clause(attempt.cause, attempt.exit_code, attempt.signal);
}

std::string span_words(WallTime from, WallTime until) {
  return format_duration(std::max(Duration::zero(), until - from));
}

// The first phase that began when the attempt had ended, or later; null when it was the last.
const TaskPhase* phase_after(const TaskStory& story, AttemptId attempt) {
  bool seen = false;
  for (const TaskPhase& phase : story.phases) {
    if (phase.attempt == attempt) {
      seen = true;
    } else if (seen) {
      return &phase;
    }
  }
  return nullptr;
}

std::string final_words(const TaskSpec& spec, const TaskRun& task) {
  if (task.marked) return task.reason;
  if (task.state == TaskState::skipped) return "the task is skipped";
  if (task.state == TaskState::cancelled) return "the task is cancelled";
  const int limit = spec.retry == nullptr ? 0 : spec.retry->limit;
  if (limit == 0) return "the task has no retries";
  if (task.retries >= limit) return fmt::format("{} of {} retries used", limit, limit);
  return "no retry: " + (task.reason.empty() ? "the policy does not ask for one" : task.reason);
}

}  // namespace

RunTimeline::RunTimeline(std::size_t tasks, WallTime created_at) : tasks_(tasks) {
  for (TaskStory& task : tasks_) {
    task.phases.push_back({TaskState::waiting, created_at, {}, {}});
  }
}

Status RunTimeline::apply(const HistoryEvent& event) {
  if (event.kind != "tasks") return Ok{};
  for (const TaskChange& one : TRY(read_task_changes(event, tasks_.size()))) change(one);
  return Ok{};
}

void RunTimeline::change(const TaskChange& change) {
  TaskStory& story = tasks_[change.task];
  TaskPhase& last = story.phases.back();
  const AttemptId attempt = is_live(change.state) ? change.attempt : AttemptId{};
  if (last.until.us == 0) {
    // Something else about the task changed.
    if (last.state == change.state && last.attempt == attempt) return;
    last.until = change.at;
  }
  if (is_terminal(change.state)) {
    if (story.ended_at.us == 0) story.ended_at = change.at;
    return;
  }
  story.ended_at = {};
  story.phases.push_back({change.state, change.at, {}, attempt});
}

void RunTimeline::began(TaskIndex task, AttemptId attempt, WallTime at) {
  std::vector<TaskPhase>& phases = tasks_[task].phases;
  const auto starting = std::find_if(phases.begin(), phases.end(), [&](const TaskPhase& phase) {
    return phase.state == TaskState::dispatched && phase.attempt == attempt;
  });
  if (starting == phases.end() || starting->until.us == 0 || at < starting->from) return;
  const auto next = starting + 1;
  const bool was_seen = next != phases.end() && next->attempt == attempt;
  const WallTime end = was_seen ? next->until : starting->until;
  if (end.us != 0 && end < at) return;
  starting->until = at;
  if (was_seen) {
    next->from = at;
  } else {
    phases.insert(next, {TaskState::running, at, end, attempt});
  }
}

std::vector<TaskIndex> critical_path(const Dag& dag, const std::vector<TaskStory>& tasks) {
  CHECK(tasks.size() == dag.tasks.size());
  std::vector<TaskIndex> path;
  TaskIndex last = kNoTask;
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    if (done_at(tasks[task]) != 0 && is_later(tasks, task, last)) last = task;
  }
  while (last != kNoTask) {
    path.push_back(last);
    TaskIndex before = kNoTask;
    for (const TaskIndex task : dag.tasks[last].upstream) {
      if (done_at(tasks[task]) != 0 && is_later(tasks, task, before)) before = task;
    }
    last = before;
  }
  return {path.rbegin(), path.rend()};
}

std::string attempt_end_words(const AttemptEnd& attempt) {
  const bool began = attempt.started_at.us != 0;
  const std::string span = began ? span_words(attempt.started_at, attempt.ended_at) : "";
  if (attempt.cause == Cause::none) return "succeeded" + (began ? " in " + span : "");
  std::string words = cause_words(attempt);
  if (!attempt.message.empty() && attempt.message != words) {
    words += fmt::format(": {}", attempt.message);
  }
  return words + (began ? fmt::format(", after {}", span) : ", before it began");
}

std::string what_came_next(const TaskSpec& spec, const TaskRun& task, const TaskStory& story,
                           const AttemptEnd& attempt, WallTime now) {
  const TaskPhase* next = phase_after(story, attempt.id);
  if (next == nullptr) {
    return attempt.cause == Cause::none && !task.marked ? "" : final_words(spec, task);
  }
  if (next->state == TaskState::waiting) return "cleared by hand, to run again";
  if (next->state != TaskState::retry_wait) {
    return attempt.cause == Cause::none ? "cleared by hand, to run again" : "tried again at once";
  }
  if (next->until.us != 0) {
    return "tried again after " + span_words(next->from, next->until);
  }
  return "the next attempt is due in " + span_words(now, task.retry_at);
}

}  // namespace tidemill
