#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "core/fields_check.h"
#include "core/parse/steps.h"
#include "core/parse/values.h"

// The plain keys at the top of the file.
namespace tidemill {
namespace {

// The nearest name that would do: "My-DAG.v2" becomes "my_dag_v2".
std::string proper_name(std::string_view name) {
  std::string out;
  for (const char c : to_lower_ascii(name.substr(0, 64))) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keep || !out.empty()) out += keep ? c : '_';
  }
  if (!is_dag_name(out)) out = "dag_" + out.substr(0, 60);
  while (out.ends_with('_')) out.pop_back();
  return out;
}

void read_name(ParseContext& context) {
  const YamlNode* node = context.root.find("name");
  const bool given = read_text(node, context.dag.name);
  if (!given) context.dag.name = context.options.default_name;
  if ((node != nullptr && !given) || is_dag_name(context.dag.name)) return;
  const std::string shown = printable(context.dag.name, 80);
  const std::string hint = fmt::format("write name: {}", proper_name(context.dag.name));
  if (given) {
    context.findings.add(
        Rule::bad_dag_name, node->mark,
        fmt::format(
            "\"{}\" cannot be a DAG's name: a lower-case letter, then up to 63 of a-z 0-9 _",
            shown),
        hint);
  } else {
    context.findings.add(
        Rule::bad_dag_name, context.root.mark,
        fmt::format("there is no name, and the file's name \"{}\" cannot be one", shown), hint);
  }
}

void read_tags(ParseContext& context) {
  std::set<std::string_view> seen;
  for_each_text(context.root.find("tags"), [&](const YamlNode& tag) {
    if (trim(tag.text).empty() || tag.text.size() > 64) {
      context.findings.add(Rule::bad_name, tag.mark, "a tag has 1 to 64 characters");
    } else if (!seen.insert(tag.text).second) {
      context.findings.add(Rule::repeated_item, tag.mark,
                           fmt::format("the tag {} is given twice", printable(tag.text, 60)));
    } else {
      context.dag.tags.push_back(tag.text);
    }
  });
}

void read_catchup(ParseContext& context) {
  const YamlNode* node = context.root.find("catchup");
  if (node == nullptr) return;
  Catchup& catchup = context.dag.catchup;
  std::string mode;
  read_text(is_text(node) ? node : node->find("mode"), mode);
  if (mode == "latest") catchup.mode = Catchup::Mode::latest;
  if (mode == "all") catchup.mode = Catchup::Mode::all;
  const YamlNode* window = node->find("window");
  if (read_duration(window, catchup.window) && catchup.mode == Catchup::Mode::none) {
    context.findings.add(Rule::unused_key, window->mark,
                         "catchup.window has no effect while mode is none",
                         "write mode: latest or mode: all");
  }
}

void read_pools(ParseContext& context) {
  const YamlNode* pools = context.root.find("pools");
  if (pools == nullptr) return;
  for (const YamlNode::Entry& entry : pools->entries) {
    if (!is_name(entry.key, "_", "_-")) {
      context.findings.add(Rule::bad_name, entry.key_mark,
                           fmt::format("\"{}\" cannot be a pool's name", printable(entry.key, 80)),
                           "use up to 64 letters, digits, _ and -, and start with a letter or _");
      continue;
    }
    PoolSpec pool{entry.key, 1};
    read_int(&entry.value, pool.slots);
    context.dag.pools.push_back(std::move(pool));
  }
}

void read_alerts(ParseContext& context) {
  const YamlNode* node = context.root.find("alerts");
  if (node == nullptr) return;
  AlertSpec& alerts = context.dag.alerts;
  alerts.declared = true;
  for_each_text(node->find("on"), [&](const YamlNode& on) {
    if (std::find(alerts.on.begin(), alerts.on.end(), on.text) != alerts.on.end()) {
      context.findings.add(Rule::repeated_item, on.mark,
                           fmt::format("{} is given twice", printable(on.text, 60)));
    } else {
      alerts.on.push_back(on.text);
    }
  });
  if (node->find("on") == nullptr) alerts.on = {"failure"};
  read_text(node->find("severity"), alerts.severity);
  read_text(node->find("policy"), alerts.policy);
  read_text(node->find("runbook"), alerts.runbook);
}

void read_deadline(ParseContext& context) {
  const YamlNode* node = context.root.find("deadline");
  if (node == nullptr) return;
  Deadline deadline;
  std::string from;
  read_duration(node->find("after"), deadline.after);
  read_text(node->find("from"), from);
  if (from == "queued") deadline.from = Deadline::From::queued;
  if (from == "started") deadline.from = Deadline::From::started;
  context.dag.deadline = deadline;
}

void read_overlap(ParseContext& context) {
  std::string word;
  read_text(context.root.find("on_overlap"), word);
  if (word == "skip") context.dag.on_overlap = Dag::OnOverlap::skip;
  if (word == "cancel_running") context.dag.on_overlap = Dag::OnOverlap::cancel_running;
}

void read_partition(ParseContext& context) {
  std::string word;
  read_text(context.root.find("on_partition"), word);
  if (word == "continue") context.dag.on_partition = Dag::OnPartition::go_on;
}

}  // namespace

void read_dag(ParseContext& context) {
  Dag& dag = context.dag;
  const YamlNode& root = context.root;
  read_int(root.find("version"), dag.version);
  read_name(context);
  read_text(root.find("description"), dag.description);
  read_text(root.find("owner"), dag.owner);
  read_tags(context);
  read_catchup(context);
  read_int(root.find("max_active_runs"), dag.max_active_runs);
  read_int(root.find("max_active_tasks"), dag.max_active_tasks);
  read_overlap(context);
  read_partition(context);
  read_duration(root.find("timeout"), dag.timeout);
  read_int(root.find("priority"), dag.priority);
  read_pools(context);
  read_alerts(context);
  read_deadline(context);
  read_duration(root.find("expect_run_every"), dag.expect_run_every);
}

}  // namespace tidemill
