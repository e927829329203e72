// A run whose tasks are put into any state by hand, and its explanations as one text.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/explain.h"
#include "tests/support/dag_sketch.h"
#include "tests/support/placement_fixture.h"

namespace tidemill::test {

// Boot and wall clock of the moment that everything is explained at.
inline constexpr Now kNow = {{1'790'000'000'000'000}, {10'000'000'000}};

inline WallTime ago(int seconds) { return kNow.wall - std::chrono::seconds(seconds); }
inline BootTime boot_ago(int seconds) { return kNow.boot - std::chrono::seconds(seconds); }

struct Stage {
  Dag dag;
  tidemill::Run run;
  Placement placement;

  explicit Stage(std::string_view tasks) : Stage(sketch(tasks)) {}
  explicit Stage(Dag made) : dag(std::move(made)) {
    RunOptions options;
    options.id = RunId{1};
    run = make_run(dag, options, kNow);
    run.state = RunState::running;
    run.created_at = ago(3700);
    run.started_at = ago(3600);
  }

  TaskIndex index(std::string_view id) const { return index_of(dag, id); }
  TaskSpec& spec(std::string_view id) { return task_of(dag, id); }
  TaskRun& at(std::string_view id) { return run.tasks[index(id)]; }

  TaskRun& ready(std::string_view id, int for_s) {
    TaskRun& task = at(id);
    task.state = TaskState::ready;
    task.ready_at = ago(for_s);
    return task;
  }
  TaskRun& running(std::string_view id, int for_s) {
    TaskRun& task = at(id);
    task.state = TaskState::running;
    task.attempts = 1;
    task.started_at = ago(for_s);
    return task;
  }
  TaskRun& ended(std::string_view id, TaskState state, std::string reason = "", int ago_s = 60) {
    TaskRun& task = at(id);
    task.state = state;
    task.reason = std::move(reason);
    task.ended_at = ago(ago_s);
    if (state == TaskState::succeeded || state == TaskState::failed) {
      task.attempts = 1;
      task.started_at = ago(ago_s + 12);
    }
    if (state == TaskState::failed) task.cause = Cause::exit;
    return task;
  }

  // The task as it would be queued for placement.
  ReadyTask queued(std::string_view id, int for_s) const {
    const TaskIndex task = index(id);
    ReadyTask made;
    made.run = run.id;
    made.task = task;
    made.since = boot_ago(for_s);
    made.priority = dag.tasks[task].priority;
    made.slots = dag.tasks[task].slots;
    made.pool = dag.tasks[task].pool;
    made.max_active_tasks = dag.max_active_tasks;
    made.runs_on = dag.tasks[task].runs_on;
    made.resources = dag.tasks[task].resources;
    return made;
  }
  void enqueue(std::string_view id, int for_s) {
    ready(id, for_s);
    placement.add_ready(queued(id, for_s));
  }
  void occupy(std::string_view id, int for_s, std::int64_t worker = 1) {
    running(id, for_s);
    placement.occupy(queued(id, for_s), WorkerId{worker}, boot_ago(for_s));
  }
};

inline std::string text(const Explanation& said) {
  std::string all = said.sentence + '\n';
  for (const std::string& detail : said.details) all += "    - " + detail + '\n';
  return all;
}

inline std::string why(Stage& stage, std::string_view id, const TaskNamer& namer = {}) {
  restore_derived(stage.dag, stage.run, kNow);
  return text(explain_task(stage.dag, stage.run, stage.index(id), &stage.placement, kNow, namer));
}

inline std::string why_run(Stage& stage) {
  restore_derived(stage.dag, stage.run, kNow);
  return text(explain_run(stage.dag, stage.run, kNow));
}

}  // namespace tidemill::test
