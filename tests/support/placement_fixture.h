// Builders for placement tests: a task or a worker in one line, grants as one line of text.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/placement.h"

namespace tidemill::test {

inline BootTime at(double seconds) { return {static_cast<std::int64_t>(seconds * 1e6)}; }

inline ReadyTask ready(TaskIndex task, double since_s = 0) {
  ReadyTask made;
  made.run = RunId{1};
  made.task = task;
  made.since = at(since_s);
  return made;
}

inline ReadyTask of_run(ReadyTask task, std::int64_t run) {
  task.run = RunId{run};
  return task;
}

inline ReadyTask in_pool(ReadyTask task, std::string pool, int slots = 1) {
  task.pool = std::move(pool);
  task.slots = slots;
  return task;
}

inline ReadyTask with_slots(ReadyTask task, int slots) {
  task.slots = slots;
  return task;
}

inline ReadyTask with_priority(ReadyTask task, int priority) {
  task.priority = priority;
  return task;
}

inline ReadyTask with_labels(ReadyTask task, std::vector<std::string> labels) {
  task.runs_on = std::move(labels);
  return task;
}

inline ReadyTask with_resources(ReadyTask task, double cpu, std::uint64_t memory = 0, int gpu = 0) {
  task.resources = {cpu, memory, gpu};
  return task;
}

inline ReadyTask with_way(ReadyTask task, double seconds) {
  task.way = Duration(static_cast<std::int64_t>(seconds * 1e6));
  return task;
}

inline ReadyTask expected_to_take(ReadyTask task, double seconds) {
  task.expected = Duration(static_cast<std::int64_t>(seconds * 1e6));
  return task;
}

inline WorkerView worker(std::int64_t id, int slots, int queue_ahead = 0) {
  WorkerView made;
  made.id = WorkerId{id};
  made.slots = slots;
  made.queue_ahead = queue_ahead;
  return made;
}

inline WorkerView with_labels(WorkerView view, std::vector<std::string> labels) {
  view.labels = std::move(labels);
  return view;
}

inline WorkerView with_capacity(WorkerView view, double cpu, std::uint64_t memory = 0,
                                int gpu = 0) {
  view.capacity = {cpu, memory, gpu};
  return view;
}

// "1@1 2@1": task@worker in order of grant; tasks of other runs as run/task@worker.
inline std::string text(const std::vector<Grant>& grants) {
  std::string line;
  for (const Grant& grant : grants) {
    if (!line.empty()) line += ' ';
    if (grant.run != RunId{1}) line += fmt::format("{}/", grant.run.value);
    line += fmt::format("{}@{}", grant.task, grant.worker.value);
  }
  return line;
}

}  // namespace tidemill::test
