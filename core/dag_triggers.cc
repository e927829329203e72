#include "core/dag_triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "core/fields_check.h"
#include "core/finding_sink.h"

namespace tidemill {
namespace {

constexpr auto kNobody = static_cast<std::size_t>(-1);

class TriggerGraph {
 public:
  TriggerGraph(std::span<const DagPtr> dags, std::span<const std::string> broken)
      : dags_(dags), broken_(broken) {
    for (std::size_t i = 0; i < dags.size(); ++i) {
      if (dags[i] == nullptr) continue;
      positions_.emplace(dags[i]->name, i);
      for (const TaskSpec& task : dags[i]->tasks) {
        if (!task.publishes.empty()) publishers_[task.publishes].push_back(i);
      }
    }
  }

  void check(std::size_t at) {
    for (const DagTrigger& trigger : dags_[at]->dag_triggers) {
      if (!positions_.contains(trigger.dag)) warn_of_unknown(at, trigger);
    }
    for (const DatasetTrigger& trigger : dags_[at]->dataset_triggers)
      warn_of_unpublished(at, trigger);
    refuse_loop(at);
  }

  std::vector<DagTriggerFinding> take() { return std::move(findings_); }

 private:
  void add(std::size_t at, Rule rule, Mark mark, std::string message, std::string hint) {
    FindingSink sink;
    sink.add(rule, mark, std::move(message), std::move(hint));
    for (Finding& finding : sink.take()) findings_.push_back({at, std::move(finding)});
  }

  void warn_of_unknown(std::size_t at, const DagTrigger& trigger) {
    // A broken file may still have an earlier version that runs.
    if (std::find(broken_.begin(), broken_.end(), trigger.dag) != broken_.end()) return;
    std::vector<std::string_view> names;
    for (const auto& [name, position] : positions_) names.push_back(name);
    std::sort(names.begin(), names.end());
    add(at, Rule::unknown_trigger, trigger.mark, fmt::format("there is no DAG {}", trigger.dag),
        did_you_mean(trigger.dag, names));
  }

  void warn_of_unpublished(std::size_t at, const DatasetTrigger& trigger) {
    // A broken file may still have an earlier version that publishes it.
    if (!broken_.empty()) return;
    std::vector<std::string_view> names;
    for (const auto& [name, publishers] : publishers_) names.push_back(name);
    std::sort(names.begin(), names.end());
    for (const std::string& dataset : trigger.datasets) {
      if (publishers_.contains(dataset)) continue;
      add(at, Rule::never_published, trigger.mark,
          fmt::format("no task publishes the dataset {}", dataset), did_you_mean(dataset, names));
    }
  }

  // Whose runs may start runs of this one.
  std::vector<std::size_t> sources_of(std::size_t at) const {
    std::vector<std::size_t> sources;
    for (const DagTrigger& trigger : dags_[at]->dag_triggers) {
      const auto found = positions_.find(trigger.dag);
      if (found != positions_.end()) sources.push_back(found->second);
    }
    for (const DatasetTrigger& trigger : dags_[at]->dataset_triggers) {
      for (const std::string& dataset : trigger.datasets) {
        const auto found = publishers_.find(dataset);
        if (found == publishers_.end()) continue;
        sources.insert(sources.end(), found->second.begin(), found->second.end());
      }
    }
    return sources;
  }

  // The shortest way from this DAG to itself, breadth first against the direction of starting.
  void refuse_loop(std::size_t start) {
    std::vector<std::size_t> starts(dags_.size(), kNobody);  // the next one on the way to `start`
    std::deque<std::size_t> open = {start};
    while (!open.empty()) {
      const std::size_t at = open.front();
      open.pop_front();
      for (const std::size_t source : sources_of(at)) {
        if (source == start) return report(start, at, starts);
        if (starts[source] != kNobody) continue;
        starts[source] = at;
        open.push_back(source);
      }
    }
  }

  void report(std::size_t start, std::size_t first, const std::vector<std::size_t>& starts) {
    std::string path = dags_[start]->name;
    for (std::size_t at = first; at != start; at = starts[at]) path += " → " + dags_[at]->name;
    const Dag& dag = *dags_[start];
    const Mark mark = dag.dag_triggers.empty() ? dag.dataset_triggers.front().mark
                                               : dag.dag_triggers.front().mark;
    add(start, Rule::trigger_loop, mark,
        fmt::format("these DAGs start each other without end: {} → {}", path, dags_[start]->name),
        "take one of the triggers out");
  }

  std::span<const DagPtr> dags_;
  std::span<const std::string> broken_;
  std::unordered_map<std::string_view, std::size_t> positions_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> publishers_;  // by dataset
  std::vector<DagTriggerFinding> findings_;
};

}  // namespace

std::vector<DagTriggerFinding> check_dag_triggers(std::span<const DagPtr> dags,
                                                  std::span<const std::string> broken) {
  TriggerGraph graph(dags, broken);
  for (std::size_t i = 0; i < dags.size(); ++i) {
    if (dags[i] != nullptr && dags[i]->has_triggers()) graph.check(i);
  }
  return graph.take();
}

}  // namespace tidemill
