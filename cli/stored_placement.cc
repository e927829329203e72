#include "cli/stored_placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"

namespace tidemill {
namespace {

constexpr std::size_t kMostRuns = 200;

Result<std::vector<std::string>> labels_of(const WorkerRow& row) {
  std::vector<std::string> labels;
  const Json array = TRY(parse_json(row.labels.empty() ? "[]" : row.labels));
  if (!array.is_array()) return corrupt("the labels of worker " + row.name + " are no list");
  for (const Json& label : array.as_array()) {
    if (label.is_string()) labels.push_back(label.as_string());
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

Status add_workers(RunReader& reader, Placement& placement) {
  for (const WorkerRow& row : TRY(reader.workers())) {
    WorkerView view;
    view.id = row.id;
    view.name = row.name;
    view.slots = row.slots;
    view.labels = TRY(labels_of(row));
    placement.set_worker(view);
  }
  return Ok{};
}

// What it asks for beside slots is left out: nobody here knows what there is of it.
ReadyTask asked(const LiveRun& live, TaskIndex task) {
  ReadyTask ready = ready_task(live, task);
  ready.resources = {};
  return ready;
}

void add_run(const LiveRun& live, Placement& placement) {
  for (const PoolSpec& pool : live.dag->pools) {
    placement.set_pool(run_pool(live.run.id, pool.name), pool.slots);
  }
  for (TaskIndex task = 0; task < live.run.tasks.size(); ++task) {
    const TaskState state = live.run.tasks[task].state;
    if (is_live(state)) placement.occupy(asked(live, task), live.grants[task].worker);
    if (state == TaskState::ready) placement.add_ready(asked(live, task));
  }
}

}  // namespace

Result<std::optional<StoredPlacement>> load_placement(RunReader& reader) {
  const std::vector<RunId> runs = TRY(reader.unfinished_runs());
  if (runs.size() > kMostRuns) return std::optional<StoredPlacement>();
  StoredPlacement made;
  TRY(add_workers(reader, made.placement));
  std::map<RunId, DagPtr> dags;
  for (const RunId run : runs) {
    const StoredView view = TRY(load_view(reader, run));
    dags[run] = view.live.dag;
    add_run(view.live, made.placement);
  }
  made.namer = [dags = std::move(dags)](RunId run, TaskIndex task) {
    const auto dag = dags.find(run);
    const bool known = dag != dags.end() && task < dag->second->tasks.size();
    return known ? fmt::format("{} (run {})", dag->second->tasks[task].id, run.value)
                 : fmt::format("task {} of run {}", task, run.value);
  };
  return std::optional<StoredPlacement>(std::move(made));
}

}  // namespace tidemill
