// A run as it was at any moment, told from its events alone, and a sentence for each change. Events
// are applied in the order of their numbers; what the database keeps of the run now must be what a
// replay of all of them says, which the simulation checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "core/words.h"

namespace tidemill {

// As it was stored; the body is JSON, see migrations/0001_runs.sql and 0002_control.sql.
struct HistoryEvent {
  std::int64_t seq = 0;
  WallTime at;
  std::string_view kind;
  std::optional<std::int64_t> task, attempt;
  std::string_view body;
};

// What an event of kind "tasks" says, one entry for each change.
struct TaskChange {
  WallTime at;
  TaskIndex task = 0;
  TaskState state = TaskState::waiting;
  AttemptId attempt;  // the live one, else the last; 0 = none yet
};

// `corrupt` for a body that no build of ours wrote, or a task that the run does not have.
Result<std::vector<TaskChange>> read_task_changes(const HistoryEvent& event, std::size_t tasks);

struct TaskPast {
  TaskState state = TaskState::waiting;
  AttemptId attempt;  // the live one, else the last; 0 = none yet
  WallTime since;     // 0 = from the beginning of the run
};

struct RunPast {
  RunState state = RunState::queued;
  std::string reason;
  bool paused = false;
  WallTime since;  // 0 = the run was not there yet
  std::vector<TaskPast> tasks;
};

struct HistoryChange {
  std::int64_t seq = 0;  // of its event; one event may tell of many changes
  WallTime at;
  std::optional<std::int64_t> task;  // none: the run
  std::string sentence;
};

class History {
 public:
  // By TaskIndex. What happened after `until` is left out.
  History(std::vector<std::string> task_ids, WallTime until);

  // `corrupt` for a body that no build of ours wrote. Changes are appended in order.
  Status apply(const HistoryEvent& event, std::vector<HistoryChange>& changes);

  const RunPast& past() const { return past_; }

 private:
  Status apply_tasks(const HistoryEvent& event, std::vector<HistoryChange>& changes);
  Status apply_run(const HistoryEvent& event, std::vector<HistoryChange>& changes);
  Status apply_control(const HistoryEvent& event, std::vector<HistoryChange>& changes);
  std::string name_of(std::optional<std::int64_t> task) const;

  std::vector<std::string> ids_;
  WallTime until_;
  RunPast past_;
};

}  // namespace tidemill
