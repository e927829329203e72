#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// `triggers:` of the DAG. What several DAGs mean together is checked in core/dag_triggers.cc.
namespace tidemill {
namespace {

class StartTriggerReader {
 public:
  explicit StartTriggerReader(ParseContext& context) : context_(context) {}

  void read(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map) return;
    // The table of fields has refused these.
    if (node.find("dataset") != nullptr || node.find("webhook") != nullptr) return;
    const YamlNode* dag = node.find("dag");
    if (dag != nullptr) return read_dag_trigger(*dag, node.find("states"));
    add(node, "the trigger does not say what starts a run", "name a DAG: {dag: extract}");
  }

 private:
  void add(const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(Rule::bad_trigger, at.mark, std::move(message), std::move(hint));
  }

  void read_dag_trigger(const YamlNode& node, const YamlNode* states) {
    DagTrigger trigger;
    trigger.mark = node.mark;
    if (!read_text(&node, trigger.dag)) return;
    if (!is_dag_name(trigger.dag)) {
      context_.findings.add(
          Rule::bad_dag_name, node.mark,
          fmt::format("\"{}\" cannot be a DAG's name", printable(trigger.dag, 80)),
          "a name is a lower-case letter, then up to 63 of a-z 0-9 _");
      return;
    }
    if (trigger.dag == context_.dag.name) {
      return add(node, "a DAG cannot start itself", "name another DAG, or use schedule");
    }
    auto& all = context_.dag.dag_triggers;
    const bool known = std::any_of(
        all.begin(), all.end(), [&](const DagTrigger& other) { return other.dag == trigger.dag; });
    if (known) {
      return add(node, fmt::format("{} is named by two triggers", trigger.dag),
                 "name it once, with all its states");
    }
    if (read_states(states, trigger)) all.push_back(std::move(trigger));
  }

  bool read_states(const YamlNode* node, DagTrigger& trigger) {
    if (node == nullptr) {
      trigger.states = {RunState::succeeded};
      return true;
    }
    for_each_text(node, [&](const YamlNode& item) {
      const auto state = run_state_from(item.text);
      if (!state || !is_terminal(*state)) return;  // the table of fields has refused it
      if (std::find(trigger.states.begin(), trigger.states.end(), *state) == trigger.states.end()) {
        trigger.states.push_back(*state);
      } else {
        context_.findings.add(Rule::repeated_item, item.mark,
                              fmt::format("{} is given twice", item.text));
      }
    });
    std::sort(trigger.states.begin(), trigger.states.end());
    if (node->kind == YamlNode::Kind::sequence && node->items.empty()) {
      context_.findings.add(Rule::empty_value, node->mark,
                            "the list of states is empty, so the trigger never starts a run",
                            "delete the key for succeeded, or name states");
    }
    return !trigger.states.empty();
  }

  ParseContext& context_;
};

}  // namespace

void read_start_triggers(ParseContext& context) {
  const YamlNode* node = context.root.find("triggers");
  if (node == nullptr || !context.is_bounded(node, "triggers")) return;
  StartTriggerReader reader(context);
  if (node->kind != YamlNode::Kind::sequence) return reader.read(*node);
  if (node->items.empty()) {
    context.findings.add(Rule::empty_value, node->mark, "the list of triggers is empty",
                         "delete the key, or add a trigger");
  }
  for (const YamlNode& item : node->items) reader.read(item);
}

}  // namespace tidemill
