#include "scheduler/batch_builder.h"

#include "base/json.h"
#include "core/invariants.h"
#include "core/run_timers.h"

namespace tidemill {
namespace {

std::optional<TaskState> stored_state(std::uint8_t stored) {
  if (stored == 0) return std::nullopt;
  return static_cast<TaskState>(stored - 1);
}

DeadlineRow deadline_row(const LiveRun& live) {
  const Run& run = live.run;
  const WallTime due = deadline_moment(*live.dag, run).value_or(WallTime{});
  return {run.id, live.dag->name, due, run.ended_at, run.deadline_missed ? due : WallTime{}};
}

std::string evidence(const Outcome& outcome) {
  Json body;
  body.set("cause", to_word(outcome.cause));
  body.set("exit_code", outcome.exit_code);
  body.set("signal", outcome.signal);
  body.set("message", outcome.message);
  body.set("started_at", outcome.started_at.us);
  body.set("ended_at", outcome.ended_at.us);
  return body.dump();
}

}  // namespace

EventRow& BatchBuilder::new_event(LiveRun& live, std::string_view kind, Now now) {
  EventRow row;
  row.run = live.run.id;
  row.seq = live.next_seq++;
  row.at = now.wall;
  row.kind = kind;
  batch_.events.push_back(std::move(row));
  return batch_.events.back();
}

void BatchBuilder::add_run(LiveRun& live, Now now) {
  RunNote& note = notes_[live.run.id];
  CHECK(note.dirty == SIZE_MAX);
  note.dirty = dirty_runs_.size();
  dirty_runs_.push_back({live.run.id, true});
  run_changed(live, now);
  for (TaskIndex task = 0; task < live.run.tasks.size(); ++task) {
    if (live.run.tasks[task].state == TaskState::waiting) continue;
    task_changed(live, task, now);
    if (live.reused[task] && live.run.tasks[task].result) add_result(live, task, 0);
  }
}

void BatchBuilder::run_changed(LiveRun& live, Now now) {
  RunNote& note = notes_[live.run.id];
  if (note.dirty == SIZE_MAX) {
    note.dirty = dirty_runs_.size();
    dirty_runs_.push_back({live.run.id, false});
  }
  note.tasks_event = SIZE_MAX;
  EventRow& event = new_event(live, "run", now);
  event.body = "[";
  append_json_string(event.body, to_word(live.run.state));
  event.body += ',';
  append_json_string(event.body, live.run.reason);
  event.body += ']';
}

void BatchBuilder::task_changed(LiveRun& live, TaskIndex task, Now now) {
  record_task(live, task_row(live, task), now);
}

void BatchBuilder::task_reset(LiveRun& live, TaskIndex task, Now now) {
  TaskRow row = task_row(live, task);
  row.state = TaskState::waiting;
  record_task(live, std::move(row), now);
}

std::int64_t BatchBuilder::control(LiveRun& live, std::string_view kind, std::string body,
                                   Now now) {
  notes_[live.run.id].tasks_event = SIZE_MAX;
  EventRow& event = new_event(live, kind, now);
  event.body = std::move(body);
  return event.seq;
}

void BatchBuilder::record_task(LiveRun& live, TaskRow row, Now now) {
  RunNote& note = notes_[live.run.id];
  const bool first = note.tasks_event == SIZE_MAX;
  if (first) {
    note.tasks_event = batch_.events.size();
    new_event(live, "tasks", now).body = "[]";
  }
  EventRow& event = batch_.events[note.tasks_event];
  event.body.back() = first ? ' ' : ',';
  fmt::format_to(std::back_inserter(event.body), "[{},{},\"{}\",{}]]", now.wall.us - event.at.us,
                 row.task, to_word(row.state), row.attempt.value);
  if (first) event.body.erase(1, 1);
  write_task(live, std::move(row));
}

void BatchBuilder::write_task(LiveRun& live, TaskRow row) {
  RunNote& note = notes_[live.run.id];
  const TaskIndex task = row.task;
  const auto stored = static_cast<std::uint8_t>(static_cast<int>(row.state) + 1);
  const auto pending = note.writes.find(task);
  if (pending != note.writes.end()) {
    TaskWrite& write = batch_.tasks[pending->second];
    const TaskState before = write.before.value_or(TaskState::waiting);
    const bool same_step = write.row.state == row.state;
    if (same_step || is_legal_edge(before, row.state)) {
      write.row = std::move(row);
      live.stored[task] = stored;
      return;
    }
  }
  const auto before = stored_state(std::exchange(live.stored[task], stored));
  note.writes[task] = batch_.tasks.size();
  batch_.tasks.push_back({before, std::move(row)});
}

void BatchBuilder::add_result(const LiveRun& live, TaskIndex task, std::uint32_t number) {
  batch_.results.push_back({live.run.id, task, number, live.run.tasks[task].result});
}

void BatchBuilder::attempt_ended(const LiveRun& live, TaskIndex task, const Outcome& outcome,
                                 Now now) {
  const TaskRun& state = live.run.tasks[task];
  AttemptRow row;
  row.run = live.run.id;
  row.task = task;
  row.number = state.attempts;
  row.attempt = state.attempt;
  row.worker = live.grants[task].worker;
  row.cause = state.cause;
  row.exit_code = outcome.exit_code;
  row.signal = outcome.signal;
  row.message = outcome.message.empty() ? state.reason : outcome.message;
  row.granted_at = live.grants[task].at;
  row.started_at = outcome.started_at;
  row.ended_at = outcome.ended_at == WallTime{} ? now.wall : outcome.ended_at;
  row.usage = outcome.usage;
  batch_.attempts.push_back(std::move(row));
  if (state.state != TaskState::succeeded) return;
  if (state.result) add_result(live, task, state.attempts);
  if (!state.marked) publish(live, task, now);
}

void BatchBuilder::publish(const LiveRun& live, TaskIndex task, Now now) {
  const TaskSpec& spec = live.dag->tasks[task];
  if (spec.publishes.empty()) return;
  batch_.dataset_updates.push_back({0, spec.publishes, now.wall, live.dag->name, live.run.id,
                                    spec.id, live.run.tasks[task].attempt});
}

void BatchBuilder::late_report(LiveRun& live, TaskIndex task, AttemptId attempt,
                               const Outcome& outcome, Now now) {
  notes_[live.run.id].tasks_event = SIZE_MAX;
  EventRow& event = new_event(live, "late", now);
  event.task = task;
  event.attempt = attempt.value;
  event.body = evidence(outcome);
}

Batch BatchBuilder::take(const std::unordered_map<RunId, LiveRun>& live) {
  for (const DirtyRun& dirty : dirty_runs_) {
    const LiveRun& run = live.at(dirty.run);
    batch_.runs.push_back({dirty.is_new, run_row(run)});
    if (run.dag->deadline) batch_.timetable.deadlines.push_back(deadline_row(run));
  }
  dirty_runs_.clear();
  notes_.clear();
  return std::exchange(batch_, Batch{});
}

}  // namespace tidemill
