#include "scheduler/live_run.h"

#include "base/json.h"

namespace tidemill {
namespace {

TaskCounts count_tasks(const LiveRun& live) {
  TaskCounts counts;
  counts.total = live.dag->task_count;
  for (TaskIndex i = 0; i < live.dag->task_count; ++i) {
    const TaskState state = live.run.tasks[i].state;
    if (!is_terminal(state)) continue;
    if (state == TaskState::succeeded)
      ++counts.succeeded;
    else if (state == TaskState::failed)
      ++counts.failed;
    else
      ++counts.other_end;
  }
  return counts;
}

TaskRun task_run_from(const TaskRow& row) {
  TaskRun task;
  task.state = row.state;
  task.cause = row.cause;
  task.tolerated = row.tolerated;
  task.pruned = row.pruned;
  task.retries = row.retries;
  task.losses = row.losses;
  task.attempts = row.attempts;
  task.exit_code = row.exit_code;
  task.memory_factor = static_cast<float>(row.memory_factor);
  task.attempt = row.attempt;
  task.ready_at = row.ready_at;
  task.started_at = row.started_at;
  task.ended_at = row.ended_at;
  task.retry_at = row.retry_at;
  task.reason = row.reason;
  task.clears = row.clears;
  task.attempts_before = row.attempts_before;
  task.marked = row.marked;
  task.on_stop = row.on_stop;
  return task;
}

Result<Run> run_from(const RunRow& row) {
  Run run;
  run.id = row.id;
  run.state = row.state;
  Json params = TRY(parse_json(row.params));
  if (!params.is_object()) return corrupt("the parameters are not an object");
  run.params = std::move(params.object());
  run.seed = row.seed;
  run.cancelling = row.cancelling;
  run.timed_out = row.timed_out;
  run.deadline_missed = row.deadline_missed;
  run.reason = row.reason;
  run.created_at = row.created_at;
  run.scheduled_for = row.scheduled_for;
  run.interval_start = row.interval_start;
  run.interval_end = row.interval_end;
  run.started_at = row.started_at;
  run.ended_at = row.ended_at;
  run.paused = row.paused;
  run.paused_at = row.paused_at;
  run.pause_note = row.pause_note;
  run.timeout_shift = row.timeout_shift;
  run.reopened = row.reopened;
  return run;
}

}  // namespace

std::string run_pool(RunId run, const std::string& pool) {
  return pool.empty() ? "" : fmt::format("{}/{}", run.value, pool);
}

ReadyTask ready_task(const LiveRun& live, TaskIndex task) {
  const TaskSpec& spec = live.dag->tasks[task];
  ReadyTask ready;
  ready.run = live.run.id;
  ready.task = task;
  ready.since = live.run.tasks[task].ready_since;
  ready.priority = spec.priority;
  ready.slots = spec.slots;
  ready.pool = run_pool(live.run.id, spec.pool);
  ready.max_active_tasks = live.dag->max_active_tasks;
  ready.runs_on = spec.runs_on;
  ready.resources = spec.resources;
  if (live.ahead != nullptr && task < live.ahead->way.size()) {
    ready.expected = live.ahead->expected[task];
    ready.way = live.ahead->way[task];
  }
  return ready;
}

RunRow run_row(const LiveRun& live) {
  const Run& run = live.run;
  RunRow row;
  row.id = run.id;
  row.version = live.version;
  row.dag_name = live.dag->name;
  row.state = run.state;
  row.params = live.sealed_params.empty() ? Json(run.params).dump() : live.sealed_params;
  row.seed = run.seed;
  row.origin = live.origin;
  row.directory = live.directory;
  row.reason = run.reason;
  row.cancelling = run.cancelling;
  row.timed_out = run.timed_out;
  row.deadline_missed = run.deadline_missed;
  row.created_at = run.created_at;
  row.scheduled_for = run.scheduled_for;
  row.interval_start = run.interval_start;
  row.interval_end = run.interval_end;
  row.started_at = run.started_at;
  row.ended_at = run.ended_at;
  row.reused_from = live.reused_from;
  row.tasks = count_tasks(live);
  row.trigger_kind = live.trigger;
  row.backfill = live.backfill;
  row.paused = run.paused;
  row.paused_at = run.paused_at;
  row.pause_note = run.pause_note;
  row.timeout_shift = run.timeout_shift;
  row.reopened = run.reopened;
  row.control_seq = live.control_seq;
  return row;
}

TaskRow task_row(const LiveRun& live, TaskIndex index) {
  const TaskRun& task = live.run.tasks[index];
  TaskRow row;
  row.run = live.run.id;
  row.task = index;
  row.state = task.state;
  row.cause = task.cause;
  row.tolerated = task.tolerated;
  row.pruned = task.pruned;
  row.reused = live.reused[index];
  row.retries = task.retries;
  row.losses = task.losses;
  row.attempts = task.attempts;
  row.exit_code = task.exit_code;
  row.memory_factor = static_cast<double>(task.memory_factor);
  row.attempt = task.attempt;
  row.worker = live.grants[index].worker;
  row.ready_at = task.ready_at;
  row.granted_at = live.grants[index].at;
  row.started_at = task.started_at;
  row.ended_at = task.ended_at;
  row.retry_at = task.retry_at;
  row.reason = task.reason;
  row.clears = task.clears;
  row.attempts_before = task.attempts_before;
  row.marked = task.marked;
  row.on_stop = task.on_stop;
  row.control_seq = live.control_seqs[index];
  return row;
}

DagVersionRow dag_version_row(const Dag& dag, std::int64_t version, WallTime now) {
  DagVersionRow row;
  row.version = version;
  row.name = dag.name;
  row.content_hash = dag.content_hash;
  row.source = dag.source;
  row.task_count = dag.task_count;
  row.stored_at = now;
  for (const TaskSpec& task : dag.tasks) row.task_ids.push_back(task.id);
  return row;
}

Result<LiveRun> live_run_from(const StoredRun& stored, DagPtr dag, Now now) {
  const std::size_t size = dag->tasks.size();
  if (stored.tasks.size() != size) {
    return corrupt(fmt::format("run {} has {} tasks and its dag {}", stored.row.id.value,
                               stored.tasks.size(), size));
  }
  LiveRun live;
  live.run = TRY(run_from(stored.row));
  live.version = stored.row.version;
  live.directory = stored.row.directory;
  live.origin = stored.row.origin;
  live.reused_from = stored.row.reused_from;
  live.trigger = stored.row.trigger_kind;
  live.backfill = stored.row.backfill;
  live.control_seq = stored.row.control_seq;
  live.next_seq = stored.next_seq;
  live.control_seqs.resize(size);
  live.grants.resize(size);
  live.reused.resize(size);
  live.stored.resize(size);
  live.run.tasks.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    const TaskRow& row = stored.tasks[i];
    live.run.tasks.push_back(task_run_from(row));
    live.grants[i] = {row.worker, row.granted_at};
    live.reused[i] = row.reused;
    live.control_seqs[i] = row.control_seq;
    live.stored[i] = stored.stored[i] ? static_cast<std::uint8_t>(static_cast<int>(row.state) + 1)
                                      : 0;
  }
  for (const auto& [task, result] : stored.results) live.run.tasks[task].result = result;
  live.dag = std::move(dag);
  restore_derived(*live.dag, live.run, now);
  return live;
}

}  // namespace tidemill
