// A Dag in one line, for tests that are about its shape: "extract -> train -> evaluate; extract ->
// audit". Tasks come in order of first appearance; everything else is at its default.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "core/dag.h"

namespace tidemill::test {

inline TaskIndex index_of(const Dag& dag, std::string_view id) {
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    if (dag.tasks[task].id == id) return task;
  }
  return kNoTask;
}

inline TaskSpec& task_of(Dag& dag, std::string_view id) {
  const TaskIndex task = index_of(dag, id);
  CHECK(task != kNoTask);
  return dag.tasks[task];
}

inline TaskIndex add_task(Dag& dag, std::string_view id) {
  if (const TaskIndex known = index_of(dag, id); known != kNoTask) return known;
  TaskSpec spec;
  spec.id = id;
  spec.retry = std::make_shared<const RetryPolicy>();
  dag.tasks.push_back(std::move(spec));
  const auto added = static_cast<TaskIndex>(dag.tasks.size() - 1);
  dag.by_id.emplace_back(std::string(id), added);
  std::sort(dag.by_id.begin(), dag.by_id.end());
  return added;
}

inline void add_edge(Dag& dag, TaskIndex from, TaskIndex to) {
  dag.tasks[from].downstream.push_back(to);
  dag.tasks[to].upstream.push_back(from);
}

inline Dag sketch(std::string_view text) {
  Dag dag;
  dag.name = "sketch";
  for (const std::string_view chain : split(text, ';')) {
    TaskIndex before = kNoTask;
    for (const std::string_view part : split(chain, '>')) {
      std::string_view id = trim(part);
      if (id.ends_with('-')) id = trim(id.substr(0, id.size() - 1));
      const TaskIndex task = add_task(dag, id);
      if (before != kNoTask) add_edge(dag, before, task);
      before = task;
    }
  }
  dag.task_count = static_cast<std::uint32_t>(dag.tasks.size());
  return dag;
}

// Hooks come last: call it when all tasks are there.
inline TaskIndex add_hook(Dag& dag, HookKind kind, std::string_view id) {
  const TaskIndex task = add_task(dag, id);
  dag.tasks[task].hook = kind;
  dag.hooks[static_cast<std::size_t>(kind)] = task;
  return task;
}

inline std::shared_ptr<const RetryPolicy> retries(int limit) {
  RetryPolicy policy;
  policy.limit = limit;
  return std::make_shared<const RetryPolicy>(policy);
}

}  // namespace tidemill::test
