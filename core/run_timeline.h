// What a run spent its time on: the phases that each task went through, why each attempt ended and
// what came next, and the chain of tasks that decided when the run ended. Made from events alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/history.h"
#include "core/run.h"

namespace tidemill {

// A stay of a task in a state that is no end.
struct TaskPhase {
  TaskState state = TaskState::waiting;
  WallTime from;
  WallTime until;     // 0 = it goes on
  AttemptId attempt;  // dispatched and running; 0 otherwise
  bool operator==(const TaskPhase&) const = default;
};

struct TaskStory {
  std::vector<TaskPhase> phases;  // in order
  WallTime ended_at;              // the last time that it came to an end; 0 = it has not ended
};

// Collects phases from the events of kind "tasks" of one run, in the order of their numbers. Events
// of other kinds say nothing about phases.
class RunTimeline {
 public:
  // Every task waits from `created_at` on.
  RunTimeline(std::size_t tasks, WallTime created_at);

  Status apply(const HistoryEvent& event);
  // The worker's word for when the process of an attempt began, which the scheduler may have heard
  // together with its end. Not taken when it cannot be: clocks of other machines may be wrong.
  void began(TaskIndex task, AttemptId attempt, WallTime at);

  const std::vector<TaskStory>& tasks() const { return tasks_; }

 private:
  void change(const TaskChange& change);

  std::vector<TaskStory> tasks_;
};

// The tasks that decided when the run came to its last end, or how far it is, the first one first:
// back from the task that ended last, or that works longest, always to the upstream that ended
// last. Only tasks that went through a phase beside waiting count.
std::vector<TaskIndex> critical_path(const Dag& dag, const std::vector<TaskStory>& tasks);

// An attempt that ended, as far as the words about it need it.
struct AttemptEnd {
  AttemptId id;
  std::uint32_t number = 0;
  Cause cause = Cause::none;
  int exit_code = 0;
  int signal = 0;
  std::string_view message;  // what the worker said; may be empty
  WallTime started_at;       // 0 = its process never began
  WallTime ended_at;
};

// "exit code 3 after 1m 02s", "succeeded in 412ms", "lost: the worker was not heard for 30s".
std::string attempt_end_words(const AttemptEnd& attempt);

// What came after the attempt, in words: "tried again after 10s", "2 of 2 retries used", "the next
// attempt is due in 8s". Empty when nothing has to be said: it succeeded.
std::string what_came_next(const TaskSpec& spec, const TaskRun& task, const TaskStory& story,
                           const AttemptEnd& attempt, WallTime now);

}  // namespace tidemill
