// Everything that can happen to a run, as data. The shell makes events; the machine alone decides.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "core/clear.h"
#include "core/outcome.h"

namespace tidemill::event {

// The run may start (limits allow it).
struct Start {};

// A ready task was granted to a worker as a new attempt.
struct Grant {
  TaskIndex task;
  AttemptId attempt;
};

// The worker exec'd the attempt's process.
struct Started {
  TaskIndex task;
  AttemptId attempt;
  WallTime at;
};

// The attempt ended, or is certain never to start (cause lost or exec_failed).
struct Ended {
  TaskIndex task;
  AttemptId attempt;
  Outcome outcome;
};

// A task that was ready cannot be granted at all: rendering its command failed.
struct Refused {
  TaskIndex task;
  std::string message;
};

// Some timer of the run may be due.
struct Wake {
  // What tasks whose queue_timeout is due wait for, in words that follow a colon. The machine sees
  // no workers; a task that is missing here is told of without it.
  std::map<TaskIndex, std::string> waits_for = {};
};

struct Cancel {
  std::string by;      // "ann", "Ctrl-C", "timeout"
  std::string reason;  // may be empty
};

// What a look at the thing that a task waits for has found.
struct Looked {
  TaskIndex task;
  WallTime since;  // TaskRun::ready_at when the look began: an answer to an earlier wait is late
  enum class Answer { there, not_yet, never } answer = Answer::not_yet;
  std::string said;  // in words: "HTTP 404"; of `never` why
};

// A person's answer to an approval.
struct Decided {
  TaskIndex task;
  bool approved = false;
  Json::Object values;  // of the form, checked; empty when not approved
  std::string by, comment;
};

// What people ask for; `by` and `reason` as in Cancel. core/clear.h says what Clear and Mark do.

struct Pause {
  std::string by, reason;
};

struct Resume {
  std::string by, reason;
};

struct Clear {
  std::vector<TaskIndex> tasks;
  ClearReach reach = ClearReach::only;
  std::string by, reason;
};

struct Mark {
  std::vector<TaskIndex> tasks;
  TaskState to = TaskState::succeeded;
  std::string by, reason;
};

// Tasks that wait for a retry are tried now; none named = all of them.
struct Hurry {
  std::vector<TaskIndex> tasks;
  std::string by, reason;
};

}  // namespace tidemill::event

namespace tidemill {

using Event = std::variant<event::Start, event::Grant, event::Started, event::Ended, event::Refused,
                           event::Wake, event::Cancel, event::Pause, event::Resume, event::Clear,
                           event::Mark, event::Hurry, event::Looked, event::Decided>;

inline constexpr int kEventCount = std::variant_size_v<Event>;

}  // namespace tidemill
