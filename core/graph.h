// The shape of a DAG: what pictures and explanations ask of it. Iterative and linear in tasks and
// edges, so that 50,000 tasks in a chain are no danger to the stack.
#pragma once

#include <cstdint>
#include <iterator>
#include <vector>

#include "base/time.h"
#include "core/dag.h"

namespace tidemill {

// Every ordinary task once, each after its upstreams: Kahn's order.
std::vector<TaskIndex> upstreams_first(const Dag& dag);

// How long the longest chain of ordinary tasks takes when each takes `took`, by task.
Duration longest_chain(const Dag& dag, const std::vector<Duration>& took);

// For every ordinary task the length of the longest chain of upstreams before it; roots have 0.
std::vector<std::uint32_t> task_levels(const Dag& dag);

// The same grouped: the tasks of level 0, 1, …, each in the order of the file.
std::vector<std::vector<TaskIndex>> tasks_by_level(const Dag& dag);

// Everything downstream of the tasks, nearest first, each once and without themselves; only through
// tasks for which `enter` holds, which are those that come out.
template <typename Enter>
std::vector<TaskIndex> reach_downstream(const Dag& dag, const std::vector<TaskIndex>& from,
                                        Enter enter) {
  std::vector<bool> seen(dag.tasks.size());
  for (const TaskIndex task : from) seen[task] = true;
  std::vector<TaskIndex> reached = from;
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const TaskIndex task : dag.tasks[reached[next]].downstream) {
      if (seen[task] || !enter(task)) continue;
      seen[task] = true;
      reached.push_back(task);
    }
  }
  reached.erase(reached.begin(), reached.begin() + std::ssize(from));
  return reached;
}

// The shortest way from the task up to one for which `is_goal` holds, through tasks for which
// `enter` holds: the task first, the goal last. Of several goals the one that `better` prefers.
// Empty when there is none.
template <typename Enter, typename IsGoal, typename Better>
std::vector<TaskIndex> path_upstream(const Dag& dag, TaskIndex from, Enter enter, IsGoal is_goal,
                                     Better better) {
  std::vector<TaskIndex> came_from(dag.tasks.size(), kNoTask);
  std::vector<TaskIndex> frontier = {from};
  came_from[from] = from;
  TaskIndex goal = kNoTask;
  for (std::size_t next = 0; next < frontier.size(); ++next) {
    for (const TaskIndex task : dag.tasks[frontier[next]].upstream) {
      if (came_from[task] != kNoTask) continue;
      came_from[task] = frontier[next];
      if (is_goal(task) && (goal == kNoTask || better(task, goal))) goal = task;
      if (enter(task)) frontier.push_back(task);
    }
  }
  std::vector<TaskIndex> path;
  if (goal == kNoTask) return path;
  for (TaskIndex task = goal; task != from; task = came_from[task]) path.push_back(task);
  path.push_back(from);
  return {path.rbegin(), path.rend()};
}

}  // namespace tidemill
