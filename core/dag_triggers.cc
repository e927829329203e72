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
      if (dags[i] != nullptr) positions_.emplace(dags[i]->name, i);
    }
  }

  void check(std::size_t at) {
    for (const DagTrigger& trigger : dags_[at]->dag_triggers) {
      if (!positions_.contains(trigger.dag)) warn_of_unknown(at, trigger);
    }
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

  // The shortest way from this DAG to itself, breadth first against the direction of starting.
  void refuse_loop(std::size_t start) {
    std::vector<std::size_t> starts(dags_.size(), kNobody);  // the next one on the way to `start`
    std::deque<std::size_t> open = {start};
    while (!open.empty()) {
      const std::size_t at = open.front();
      open.pop_front();
      for (const DagTrigger& trigger : dags_[at]->dag_triggers) {
        const auto source = positions_.find(trigger.dag);
        if (source == positions_.end()) continue;
        if (source->second == start) return report(start, at, starts);
        if (starts[source->second] != kNobody) continue;
        starts[source->second] = at;
        open.push_back(source->second);
      }
    }
  }

  void report(std::size_t start, std::size_t first, const std::vector<std::size_t>& starts) {
    std::string path = dags_[start]->name;
    for (std::size_t at = first; at != start; at = starts[at]) path += " → " + dags_[at]->name;
    add(start, Rule::trigger_loop, dags_[start]->dag_triggers.front().mark,
        fmt::format("these DAGs start each other without end: {} → {}", path, dags_[start]->name),
        "take one of the triggers out");
  }

  std::span<const DagPtr> dags_;
  std::span<const std::string> broken_;
  std::unordered_map<std::string_view, std::size_t> positions_;
  std::vector<DagTriggerFinding> findings_;
};

}  // namespace

std::vector<DagTriggerFinding> check_dag_triggers(std::span<const DagPtr> dags,
                                                  std::span<const std::string> broken) {
  TriggerGraph graph(dags, broken);
  for (std::size_t i = 0; i < dags.size(); ++i) {
    if (dags[i] != nullptr && !dags[i]->dag_triggers.empty()) graph.check(i);
  }
  return graph.take();
}

}  // namespace tidemill
