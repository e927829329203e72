#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"
#include "core/parse/waits.h"

// `triggers:` of the DAG. What several DAGs mean together is checked in core/dag_triggers.cc.
namespace tidemill {
namespace {

class StartTriggerReader {
 public:
  explicit StartTriggerReader(ParseContext& context) : context_(context) {}

  void read(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map) return;
    const YamlNode* dag = node.find("dag");
    const YamlNode* dataset = node.find("dataset");
    const YamlNode* webhook = node.find("webhook");
    const int given = (dag != nullptr) + (dataset != nullptr) + (webhook != nullptr);
    if (given != 1) {
      return add(node,
                 given == 0 ? "the trigger does not say what starts a run"
                            : "the trigger names more than one of dag, dataset and webhook",
                 "give exactly one of them; triggers may be a list");
    }
    refuse_stray(node.find("states"), dag != nullptr, "states goes with dag");
    refuse_stray(node.find("when"), dataset != nullptr, "when goes with dataset");
    if (dag != nullptr) read_dag_trigger(*dag, node.find("states"));
    if (dataset != nullptr) read_dataset_trigger(*dataset, node.find("when"));
    if (webhook != nullptr) read_webhook(*webhook);
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

  void refuse_stray(const YamlNode* node, bool fits, std::string hint) {
    if (node == nullptr || fits) return;
    add(*node, "the key does not belong to this trigger", std::move(hint));
  }

  void read_dataset_trigger(const YamlNode& node, const YamlNode* when) {
    DatasetTrigger trigger;
    trigger.mark = node.mark;
    for_each_text(&node, [&](const YamlNode& item) {
      if (!check_dataset_name(context_, item)) return;
      auto& names = trigger.datasets;
      if (std::find(names.begin(), names.end(), item.text) == names.end()) {
        names.push_back(item.text);
      } else {
        context_.findings.add(Rule::repeated_item, item.mark,
                              fmt::format("{} is given twice", item.text));
      }
    });
    if (node.kind == YamlNode::Kind::sequence && node.items.empty()) {
      context_.findings.add(Rule::empty_value, node.mark, "the list of datasets is empty");
    }
    if (trigger.datasets.empty()) return;
    std::sort(trigger.datasets.begin(), trigger.datasets.end());
    std::string word;
    if (read_text(when, word)) trigger.any = word == "any";
    auto& all = context_.dag.dataset_triggers;
    const bool known = std::any_of(all.begin(), all.end(), [&](const DatasetTrigger& other) {
      return other.datasets == trigger.datasets;
    });
    if (known) return add(node, "another trigger names the same datasets", "keep one of them");
    all.push_back(std::move(trigger));
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

  void read_webhook(const YamlNode& node) {
    const YamlNode* secret = node.find("secret");
    std::string name;
    if (!read_text(secret, name)) return;
    auto& all = context_.dag.webhook_secrets;
    if (!is_secret_name(name)) {
      context_.findings.add(
          Rule::bad_secret_name, secret->mark,
          fmt::format("\"{}\" cannot be the name of a secret", printable(name, 60)),
          "name the secret here; its value is given to the daemon");
    } else if (std::find(all.begin(), all.end(), name) != all.end()) {
      context_.findings.add(Rule::repeated_item, secret->mark,
                            fmt::format("the secret {} is given twice", name));
    } else {
      all.push_back(std::move(name));
    }
  }

  ParseContext& context_;
};

}  // namespace

void read_start_triggers(ParseContext& context) {
  const YamlNode* node = context.root.find("triggers");
  if (node == nullptr || !is_bounded(context.findings, node, "triggers")) return;
  StartTriggerReader reader(context);
  if (node->kind != YamlNode::Kind::sequence) return reader.read(*node);
  if (node->items.empty()) {
    context.findings.add(Rule::empty_value, node->mark, "the list of triggers is empty",
                         "delete the key, or add a trigger");
  }
  for (const YamlNode& item : node->items) reader.read(item);
}

}  // namespace tidemill
