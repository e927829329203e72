#include "core/alert/story_blocked.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemill {
namespace {

// Further ones tell a person nothing more.
constexpr std::size_t kMostDags = 200;

std::set<std::string> all_datasets(const Dag& dag) {
  std::set<std::string> names;
  for (const TaskSpec& task : dag.tasks) {
    if (!task.publishes.empty()) names.insert(task.publishes);
  }
  return names;
}

bool starts_after(const DagTrigger& trigger, const TroubleSource& source) {
  if (trigger.dag != source.dag) return false;
  if (!is_terminal(source.state)) return true;
  return std::find(trigger.states.begin(), trigger.states.end(), source.state) ==
         trigger.states.end();
}

const std::string* held_back(const DatasetTrigger& trigger, const TroubleSource& source) {
  for (const std::string& dataset : trigger.datasets) {
    if (source.datasets.contains(dataset)) return &dataset;
  }
  return nullptr;
}

// A clause; empty = it does not wait for that.
std::string why_blocked(const Dag& dag, const TroubleSource& source, bool may_name_source) {
  for (const DagTrigger& trigger : dag.dag_triggers) {
    if (!starts_after(trigger, source)) continue;
    return may_name_source ? "starts after " + source.dag : "starts after another DAG";
  }
  for (const DatasetTrigger& trigger : dag.dataset_triggers) {
    const std::string* dataset = held_back(trigger, source);
    if (dataset != nullptr) return fmt::format("starts by updates of {}", *dataset);
  }
  return "";
}

}  // namespace

std::set<std::string> datasets_held_back(const Dag& dag, const Run& run) {
  std::set<std::string> names;
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    const bool done = run.tasks[i].state == TaskState::succeeded;
    if (!dag.tasks[i].publishes.empty() && !done) names.insert(dag.tasks[i].publishes);
  }
  return names;
}

void add_blocked_dags(const std::vector<const Dag*>& dags, const TroubleSource& source,
                      const std::function<bool(const std::string&)>& may_see,
                      StoryBlocked& blocked) {
  std::vector<TroubleSource> sources = {source};
  std::set<std::string> found = {source.dag};
  for (std::size_t at = 0; at < sources.size() && sources.size() < kMostDags; ++at) {
    for (const Dag* dag : dags) {
      if (found.contains(dag->name)) continue;
      const std::string why = why_blocked(*dag, sources[at], may_see(sources[at].dag));
      if (why.empty()) continue;
      found.insert(dag->name);
      if (may_see(dag->name)) {
        blocked.dags.push_back({dag->name, why});
      } else {
        ++blocked.hidden;
      }
      // What it would have started does not start either.
      sources.push_back({dag->name, RunState::running, all_datasets(*dag)});
    }
  }
}

}  // namespace tidemill
