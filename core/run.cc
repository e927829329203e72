#include "core/run.h"

#include <fmt/format.h>

#include "base/check.h"
#include "core/run_timers.h"

namespace tidemill {

namespace {

// The counter of a state; null when it is not terminal.
std::uint32_t* counter_of(UpstreamCounts& counts, TaskState state) {
  switch (state) {
    case TaskState::succeeded:
      return &counts.succeeded;
    case TaskState::failed:
      return &counts.failed;
    case TaskState::upstream_failed:
      return &counts.upstream_failed;
    case TaskState::skipped:
      return &counts.skipped;
    case TaskState::cancelled:
      return &counts.cancelled;
    case TaskState::waiting:
    case TaskState::ready:
    case TaskState::dispatched:
    case TaskState::running:
    case TaskState::retry_wait:
    case TaskState::awaiting_input:
      return nullptr;
  }
  UNREACHABLE();
}

}  // namespace

void UpstreamCounts::add(TaskState state) {
  if (std::uint32_t* counter = counter_of(*this, state)) ++*counter;
}

void UpstreamCounts::remove(TaskState state) {
  std::uint32_t* counter = counter_of(*this, state);
  if (counter == nullptr) return;
  CHECK(*counter > 0);
  --*counter;
}

namespace {

void leave_out_others(const Dag& dag, const RunOptions& options, Run& run, Now now) {
  if (options.only.empty()) return;
  std::vector<bool> chosen(run.tasks.size(), false);
  for (const TaskIndex task : options.only) {
    CHECK(task < dag.task_count);
    chosen[task] = true;
  }
  for (TaskIndex task = 0; task < dag.task_count; ++task) {
    TaskRun& state = run.tasks[task];
    if (chosen[task] || is_terminal(state.state)) continue;
    state.state = TaskState::skipped;
    state.pruned = true;
    state.ended_at = now.wall;
    state.reason = "left out of this run";
  }
}

void reuse_results(const Dag& dag, const RunOptions& options, Run& run, Now now) {
  for (const auto& [task, result] : options.reuse) {
    CHECK(task < dag.task_count);
    TaskRun& state = run.tasks[task];
    state.state = TaskState::succeeded;
    state.ended_at = now.wall;
    state.result = result;
    state.reason = options.reused_from
                       ? fmt::format("reused from run {}", options.reused_from.value)
                       : "reused from an earlier run";
  }
}

void count_upstreams(const Dag& dag, Run& run) {
  run.open = 0;
  for (TaskIndex task = 0; task < run.tasks.size(); ++task) {
    TaskRun& state = run.tasks[task];
    if (task < dag.task_count && !is_terminal(state.state)) ++run.open;
    state.upstream = {};
    for (const TaskIndex upstream : dag.tasks[task].upstream) {
      if (run.tasks[upstream].pruned) continue;
      ++state.upstream.total;
      state.upstream.add(run.tasks[upstream].state);
    }
  }
}

}  // namespace

Run make_run(const Dag& dag, const RunOptions& options, Now now) {
  Run run;
  run.id = options.id;
  run.params = options.params;
  run.seed = options.seed;
  run.created_at = now.wall;
  run.scheduled_for = options.scheduled_for == WallTime{} ? now.wall : options.scheduled_for;
  run.interval_start = options.interval_start;
  run.interval_end = options.interval_end;
  run.tasks.resize(dag.tasks.size());
  reuse_results(dag, options, run, now);
  leave_out_others(dag, options, run, now);
  restore_derived(dag, run, now);
  return run;
}

void restore_derived(const Dag& dag, Run& run, Now now) {
  CHECK(run.tasks.size() == dag.tasks.size());
  count_upstreams(dag, run);
  restore_timers(dag, run, now);
}

}  // namespace tidemill
