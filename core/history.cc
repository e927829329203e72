#include "core/history.h"

#include <fmt/format.h>

#include "base/json.h"

namespace tidemill {
namespace {

Error damaged_event(const HistoryEvent& event) {
  return corrupt(fmt::format("event {} ({}) of the run is damaged: {}", event.seq, event.kind,
                             event.body.substr(0, 200)));
}

std::string_view task_verb(TaskState state) {
  switch (state) {
    case TaskState::waiting:
      return "waits for its upstreams again";
    case TaskState::ready:
      return "may start";
    case TaskState::dispatched:
      return "was given to a worker";
    case TaskState::running:
      return "began";
    case TaskState::retry_wait:
      return "waits for its next attempt";
    case TaskState::awaiting_input:
      return "waits without a slot";
    case TaskState::succeeded:
      return "succeeded";
    case TaskState::failed:
      return "failed";
    case TaskState::upstream_failed:
      return "does not run, because of what failed before it";
    case TaskState::skipped:
      return "is skipped";
    case TaskState::cancelled:
      return "is cancelled";
  }
  UNREACHABLE();
}

std::string_view run_verb(RunState state) {
  switch (state) {
    case RunState::queued:
      return "is queued";
    case RunState::running:
      return "began";
    case RunState::succeeded:
      return "succeeded";
    case RunState::partial:
      return "ended with failures that are allowed";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "is cancelled";
  }
  UNREACHABLE();
}

std::string task_sentence(const std::string& id, TaskState state, AttemptId attempt) {
  const bool about_attempt = state == TaskState::dispatched || state == TaskState::running;
  std::string sentence = fmt::format("{} {}", id, task_verb(state));
  if (about_attempt && attempt) sentence += fmt::format(", attempt {}", attempt.value);
  return sentence;
}

std::string run_sentence(const RunPast& past, RunState state, const std::string& reason) {
  const bool reopens = is_terminal(past.state) && state == RunState::queued;
  std::string sentence = "the run ";
  if (reopens) {
    sentence += "is taken up again and queued";
  } else if (past.since.us == 0 || past.state != state) {
    sentence += run_verb(state);
  }
  if (!reason.empty()) sentence += (sentence.ends_with(' ') ? "is told: " : ": ") + reason;
  return sentence;
}

std::string text_in(const Json& body, std::string_view key) {
  const Json* value = body.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

std::string tasks_in(const Json& body) {
  const Json* tasks = body.find("tasks");
  if (tasks == nullptr || !tasks->is_array() || tasks->as_array().empty()) return "every task";
  std::string text;
  for (const Json& task : tasks->as_array()) {
    if (!text.empty()) text += ", ";
    text += task.is_string() ? task.as_string() : task.dump();
  }
  return text;
}

std::string control_words(std::string_view kind, const Json& body) {
  const std::string by = text_in(body, "by");
  if (kind == "pause") return "the run is paused by " + by;
  if (kind == "resume") return by + " lets the run go on";
  if (kind == "hurry") return fmt::format("{} has {} tried again now", by, tasks_in(body));
  if (kind == "clear") {
    return fmt::format("{} clears {} (reach {})", by, tasks_in(body), text_in(body, "reach"));
  }
  if (kind == "mark") {
    return fmt::format("{} marks {} {}", by, tasks_in(body), text_in(body, "to"));
  }
  if (kind == "answer") {
    return fmt::format("{} is {} by {}", tasks_in(body), text_in(body, "answer"), by);
  }
  return fmt::format("{}: {}", kind, body.dump());
}

}  // namespace

History::History(std::vector<std::string> task_ids, WallTime until)
    : ids_(std::move(task_ids)), until_(until) {
  past_.tasks.resize(ids_.size());
}

std::string History::name_of(std::optional<std::int64_t> task) const {
  if (!task || *task < 0 || *task >= std::ssize(ids_)) return "a task";
  return ids_[static_cast<std::size_t>(*task)];
}

Status History::apply(const HistoryEvent& event, std::vector<HistoryChange>& changes) {
  if (event.kind == "tasks") return apply_tasks(event, changes);
  if (event.at > until_) return Ok{};
  if (event.kind == "run") return apply_run(event, changes);
  return apply_control(event, changes);
}

// [[µs after the event, task, "state", attempt], ...]
Result<std::vector<TaskChange>> read_task_changes(const HistoryEvent& event, std::size_t tasks) {
  const auto body = parse_json(event.body);
  if (!body.ok() || !body->is_array()) return damaged_event(event);
  std::vector<TaskChange> changes;
  changes.reserve(body->as_array().size());
  for (const Json& change : body->as_array()) {
    if (!change.is_array() || change.as_array().size() != 4) return damaged_event(event);
    const Json::Array& parts = change.as_array();
    if (!parts[0].is_int() || !parts[1].is_int() || !parts[2].is_string() || !parts[3].is_int()) {
      return damaged_event(event);
    }
    const std::int64_t task = parts[1].as_int();
    const auto state = task_state_from(parts[2].as_string());
    if (!state || task < 0 || task >= static_cast<std::int64_t>(tasks)) {
      return damaged_event(event);
    }
    changes.push_back({event.at + Duration(parts[0].as_int()), static_cast<TaskIndex>(task), *state,
                       AttemptId{parts[3].as_int()}});
  }
  return changes;
}

Status History::apply_tasks(const HistoryEvent& event, std::vector<HistoryChange>& changes) {
  for (const TaskChange& change : TRY(read_task_changes(event, ids_.size()))) {
    if (change.at > until_) continue;
    TaskPast& past = past_.tasks[change.task];
    // Something else about the task changed, which its row tells.
    const bool is_known = past.since.us != 0 && past.state == change.state;
    if (is_known && past.attempt == change.attempt) continue;
    past = {change.state, change.attempt, change.at};
    changes.push_back({event.seq, change.at, change.task,
                       task_sentence(name_of(change.task), change.state, change.attempt)});
  }
  return Ok{};
}

// ["state", "reason"]
Status History::apply_run(const HistoryEvent& event, std::vector<HistoryChange>& changes) {
  const auto body = parse_json(event.body);
  if (!body.ok() || !body->is_array() || body->as_array().size() != 2) return damaged_event(event);
  const Json::Array& parts = body->as_array();
  if (!parts[0].is_string() || !parts[1].is_string()) return damaged_event(event);
  const auto state = run_state_from(parts[0].as_string());
  if (!state) return damaged_event(event);
  const std::string& reason = parts[1].as_string();
  // Something else about the run changed, which its row or another event tells.
  if (past_.since.us != 0 && past_.state == *state && past_.reason == reason) return Ok{};
  changes.push_back({event.seq, event.at, std::nullopt, run_sentence(past_, *state, reason)});
  past_.state = *state;
  past_.reason = reason;
  past_.since = event.at;
  // A cancel, which alone gives a run that goes on a reason, ends a pause as an end does.
  if (is_terminal(*state) || !reason.empty()) past_.paused = false;
  return Ok{};
}

Status History::apply_control(const HistoryEvent& event, std::vector<HistoryChange>& changes) {
  const auto body = parse_json(event.body);
  if (!body.ok() || !body->is_object()) return damaged_event(event);
  if (event.kind == "pause") past_.paused = true;
  if (event.kind == "resume") past_.paused = false;
  std::string sentence;
  if (event.kind == "late") {
    sentence = fmt::format("a late report on attempt {} of {} is kept as evidence: {}",
                           event.attempt.value_or(0), name_of(event.task), text_in(*body, "cause"));
  } else {
    sentence = control_words(event.kind, *body);
    const std::string reason = text_in(*body, "reason");
    if (!reason.empty()) sentence += ": " + reason;
  }
  changes.push_back({event.seq, event.at, event.task, std::move(sentence)});
  return Ok{};
}

}  // namespace tidemill
