#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "core/fields.h"
#include "core/fields_plain.h"
#include "core/parse/env.h"
#include "core/parse/retry.h"
#include "core/parse/steps.h"
#include "core/parse/task_contract.h"
#include "core/parse/values.h"
#include "core/parse/waits.h"

// `tasks:`, `hooks:` and `defaults:`: everything of a task but its references to other tasks.
namespace tidemill {
namespace {

constexpr std::size_t kMaxTasks = 100'000;

struct HookName {
  HookKind kind;
  std::string_view key;
};
constexpr std::array<HookName, 5> kHooks = {{{HookKind::start, "start"},
                                             {HookKind::success, "success"},
                                             {HookKind::failure, "failure"},
                                             {HookKind::cancel, "cancel"},
                                             {HookKind::exit, "exit"}}};

class TaskReader {
 public:
  explicit TaskReader(ParseContext& context) : context_(context) {
    base_.retry = std::make_shared<const RetryPolicy>();
    read_env(context_, context_.root, base_, base_env_);
    if (const YamlNode* defaults = context_.root.find("defaults")) {
      read_common(*defaults, "defaults", base_, base_env_);
    }
    context_.shared_env = base_.env;
    context_.shared_env_nodes = base_env_;
    base_env_.assign(base_.env.size(), nullptr);  // checked here once, not again with every task
  }

  // What each task copies, about.
  std::size_t shared_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, value] : base_.env)
      bytes += 120 + name.size() + 2 * value.source().size();
    for (const auto& [name, secret] : base_.secrets) bytes += 64 + name.size() + secret.size();
    for (const std::string& label : base_.runs_on) bytes += 32 + label.size();
    return bytes;
  }

  void read(const YamlNode::Entry& entry, std::string id, HookKind hook) {
    const std::string where = (hook == HookKind::none ? "tasks." : "hooks.") + entry.key;
    TaskSource source;
    source.node = &entry.value;
    source.key_mark = entry.key_mark;
    source.where = where;
    source.env = base_env_;
    TaskSpec task = base_;
    task.id = std::move(id);
    task.mark = entry.key_mark;
    task.hook = hook;
    if (hook != HookKind::none) drop_what_hooks_lack(task);
    read_common(entry.value, where, task, source.env);
    read_own(entry.value, where, task, source);
    read_action(entry, where, task, source);
    if (task.env.size() > base_.env.size() || !task.argv.empty()) {
      check_environment_size(context_, task, entry.key_mark, where);
    }
    context_.dag.tasks.push_back(std::move(task));
    context_.sources.push_back(std::move(source));
  }

 private:
  void add(Rule rule, const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(rule, at.mark, std::move(message), std::move(hint));
  }

  // Defaults reach a hook only through keys that a hook has.
  static void drop_what_hooks_lack(TaskSpec& task) {
    task.runs_on.clear();
    task.priority = 5;
    task.queue_timeout = {};
    task.allow_failure = false;
  }

  // What `defaults` can have as well.
  void read_common(const YamlNode& node, const std::string& where, TaskSpec& task,
                   std::vector<const YamlNode*>& env_nodes) {
    task.retry = read_retry(context_, node, where, task.retry);
    for (const YamlNode::Entry& entry : node.entries) read_common_key(entry, task);
    read_env(context_, node, task, env_nodes);
  }

  void read_common_key(const YamlNode::Entry& entry, TaskSpec& task) {
    const YamlNode& value = entry.value;
    if (entry.key == "timeout") read_duration(&value, task.timeout);
    if (entry.key == "queue_timeout") read_duration(&value, task.queue_timeout);
    if (entry.key == "grace") read_duration(&value, task.grace);
    if (entry.key == "cwd") read_cwd(value, task);
    if (entry.key == "shell") read_shell(value, task);
    if (entry.key == "umask") read_umask(value, task);
    if (entry.key == "runs_on") read_labels(value, task);
    if (entry.key == "pool") read_pool(value, task);
    if (entry.key == "slots") read_int(&value, task.slots);
    if (entry.key == "priority") read_int(&value, task.priority);
    if (entry.key == "resources") read_resources(value, task);
    if (entry.key == "allow_failure") read_bool(&value, task.allow_failure);
  }

  // A name that no pool can have is refused with the pools that are unknown.
  static void read_pool(const YamlNode& value, TaskSpec& task) {
    if (is_text(&value)) task.pool = value.text.substr(0, 65);
  }

  void read_cwd(const YamlNode& value, TaskSpec& task) {
    if (!is_text(&value)) return;
    if (value.text.empty() || value.text.size() > 1024 || value.text[0] == '/') {
      return add(Rule::bad_path, value,
                 fmt::format("cwd is \"{}\", but must be a path from the DAG's folder",
                             printable(value.text, 60)),
                 "use cd in the script to go elsewhere");
    }
    task.cwd = value.text;
  }

  void read_shell(const YamlNode& value, TaskSpec& task) {
    if (!is_text(&value)) return;
    const std::string& shell = value.text;
    const bool fits = !shell.empty() && shell.size() <= 256 && shell[0] != '-' &&
                      std::all_of(shell.begin(), shell.end(), [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') ||
                               std::string_view("_.-/+").find(c) != std::string_view::npos;
                      });
    if (fits) {
      task.shell = shell;
      return;
    }
    add(Rule::bad_shell, value,
        fmt::format("\"{}\" is not one word that names an interpreter", printable(shell, 60)),
        "options go into the script (set -eu), or into its first line (#!/bin/bash -eu)");
  }

  void read_umask(const YamlNode& value, TaskSpec& task) {
    if (!is_text(&value)) return;
    const std::string& text = value.text;
    const bool octal = (text.size() == 3 || (text.size() == 4 && text[0] == '0')) &&
                       text.find_first_not_of("01234567") == std::string::npos;
    if (!octal) {
      return add(Rule::bad_umask, value, fmt::format("\"{}\" is not a umask", printable(text, 40)),
                 "write three octal digits in quotes, such as \"022\"");
    }
    unsigned mask = 0;
    for (const char c : text) mask = mask * 8 + static_cast<unsigned>(c - '0');
    task.umask = mask;
  }

  void read_labels(const YamlNode& value, TaskSpec& task) {
    task.runs_on.clear();
    if (!is_bounded(context_.findings, &value, "runs_on")) return;
    for_each_text(&value, [&](const YamlNode& item) {
      if (!is_name(item.text, "_0123456789", "_.-:/")) {
        add(Rule::bad_name, item, fmt::format("\"{}\" cannot be a label", printable(item.text, 60)),
            "use up to 64 letters, digits and _ . - : /");
      } else if (std::find(task.runs_on.begin(), task.runs_on.end(), item.text) !=
                 task.runs_on.end()) {
        add(Rule::repeated_item, item, fmt::format("the label {} is given twice", item.text));
      } else {
        task.runs_on.push_back(item.text);
      }
    });
    std::sort(task.runs_on.begin(), task.runs_on.end());
  }

  static void read_resources(const YamlNode& value, TaskSpec& task) {
    task.resources = {};
    read_number(value.find("cpu"), task.resources.cpu);
    read_size(value.find("memory"), task.resources.memory);
    read_int(value.find("gpu"), task.resources.gpu);
  }

  // What only a task or a hook has.
  void read_own(const YamlNode& node, const std::string& where, TaskSpec& task,
                TaskSource& source) {
    std::string rule;
    for (const YamlNode::Entry& entry : node.entries) {
      const YamlNode& value = entry.value;
      if (entry.key == "description") read_text(&value, task.description);
      if (entry.key == "setup") read_bool(&value, task.setup);
      if (entry.key == "pool") source.pool = &value;
      if (entry.key == "if") source.condition = &value;
      if (entry.key == "inputs") source.inputs = &value;
      const bool needs = entry.key == "needs" || entry.key == "depends" ||
                         entry.key == "depends_on";
      if (needs && source.needs == nullptr) source.needs = &value;
      if (entry.key == "trigger_rule" && read_text(&value, rule)) {
        task.trigger_rule = trigger_rule_from(rule).value_or(TriggerRule::all_success);
      }
    }
    read_task_contract(context_, node, where, task);
    read_publish(context_, node, task);
  }

  void read_action(const YamlNode::Entry& entry, const std::string& where, TaskSpec& task,
                   TaskSource& source) {
    const YamlNode& node = entry.value;
    const YamlNode* run = node.find("run");
    const YamlNode* command = node.find("command");
    if (node.find("uses") != nullptr || node.find("with") != nullptr) {
      return read_waiting_task(context_, entry, where, task, source);
    }
    if ((run != nullptr) == (command != nullptr)) {
      if (node.kind != YamlNode::Kind::map) return;
      context_.findings.add(Rule::run_or_command, entry.key_mark,
                            fmt::format("{} has {} run {} command", where, run ? "both" : "neither",
                                        run ? "and" : "nor"),
                            run ? "keep one of them" : "for example run: ./script.sh");
      return;
    }
    if (run != nullptr) read_script(*run, where, task);
    if (command != nullptr) read_command(*command, where, task, source);
  }

  void read_script(const YamlNode& run, const std::string& where, TaskSpec& task) {
    if (!read_text(&run, task.script)) return;
    if (trim(task.script).empty()) {
      return add(Rule::empty_value, run, where + ".run is empty",
                 "write run: \"true\" for a task that does nothing");
    }
    if (task.script.size() > kMaxArgumentBytes) {
      add(Rule::too_long, run,
          fmt::format("{}.run has {}; the most is 128 KiB", where,
                      format_bytes(task.script.size())),
          "put the script into a file");
    }
    const std::size_t at = task.script.find("${{");
    if (at == std::string::npos) return;
    const std::size_t end = task.script.find("}}", at);
    const std::string inside = end == std::string::npos ? "…"
                                                        : task.script.substr(at, end + 2 - at);
    context_.findings.add(
        Rule::template_in_script, context_.source.place(run, at),
        fmt::format("{}.run holds {}: scripts are never templated", where, printable(inside, 60)),
        fmt::format("write env: {{VALUE: \"{}\"}} and use \"$VALUE\" in the script",
                    printable(inside, 60)));
  }

  void read_command(const YamlNode& command, const std::string& where, TaskSpec& task,
                    TaskSource& source) {
    if (command.kind != YamlNode::Kind::sequence) return;
    if (!is_bounded(context_.findings, &command, where + ".command")) return;
    if (command.items.empty()) {
      return add(Rule::bad_command, command, where + ".command is an empty list",
                 "name the program first");
    }
    for (const YamlNode& item : command.items) {
      if (!is_text(&item)) continue;
      if (item.text.size() > kMaxArgumentBytes) {
        add(Rule::too_long, item,
            fmt::format("an argument of {}; the most is 128 KiB", format_bytes(item.text.size())),
            "put the text into a file");
      }
      task.argv.push_back(read_template(context_, item, where + ".command"));
      source.argv.push_back(&item);
    }
    if (!command.items[0].text.empty() || !is_text(&command.items[0])) return;
    add(Rule::bad_command, command.items[0], where + ".command has no program",
        "name the program first");
  }

  ParseContext& context_;
  TaskSpec base_;  // what every task inherits
  std::vector<const YamlNode*> base_env_;
};

bool is_task_id(std::string_view id) { return is_name(id, "_0123456789", "_.-"); }

void refuse_id(ParseContext& context, const YamlNode::Entry& entry) {
  context.findings.add(
      Rule::bad_task_id, entry.key_mark,
      fmt::format("\"{}\" cannot be a task's id", printable(entry.key, 80)),
      "use up to 64 letters, digits and _ . -, and start with a letter, a digit or _");
}

// As `needs: [off]` is refused, and the task could be named nowhere else.
void refuse_unclear_id(ParseContext& context, const YamlNode::Entry& entry) {
  if (entry.key_quoted) return;
  const PlainReading reading = read_plain(entry.key);
  if (reading.kind == PlainReading::Kind::text) return;
  context.findings.add(
      Rule::ambiguous_scalar, entry.key_mark,
      fmt::format("a task's id must be a text, but {} without quotes is read as {}", entry.key,
                  reading.read_as),
      fmt::format("write \"{}\":, here and in needs", entry.key));
}

// False when the entry is not to be read as a task.
bool check_id(ParseContext& context, const YamlNode::Entry& entry,
              std::unordered_map<std::string, const YamlNode::Entry*>& seen) {
  if (!is_task_id(entry.key)) {
    refuse_id(context, entry);
    return false;
  }
  if (to_lower_ascii(entry.key).starts_with("hook.")) {
    context.findings.add(
        Rule::bad_task_id, entry.key_mark,
        fmt::format("\"{}\": ids that begin with hook. are those of hooks", entry.key));
    return false;
  }
  refuse_unclear_id(context, entry);
  const auto [known, is_new] = seen.emplace(to_lower_ascii(entry.key), &entry);
  if (!is_new) {
    const YamlNode::Entry& first = *known->second;
    context.findings.add(Rule::similar_task_ids, entry.key_mark,
                         fmt::format("the ids {} and {} (at {}:{}) differ by case only", entry.key,
                                     first.key, first.key_mark.line, first.key_mark.column),
                         "rename one of them");
  }
  return true;
}

// Every task gets a copy of what it inherits.
bool check_shared_size(ParseContext& context, std::size_t bytes, std::size_t tasks) {
  constexpr std::size_t kMaxBytes = 256u << 20;
  if (bytes * tasks <= kMaxBytes) return true;
  context.findings.add(Rule::too_many, {},
                       fmt::format("{} of shared environment for each of {} tasks is too much",
                                   format_bytes(bytes), tasks),
                       "put large texts into files");
  return false;
}

void read_ordinary(ParseContext& context, TaskReader& reader) {
  const YamlNode* tasks = context.root.find("tasks");
  if (tasks == nullptr || tasks->kind != YamlNode::Kind::map) return;
  if (tasks->entries.empty()) {
    context.findings.add(Rule::no_tasks, tasks->mark, "the DAG has no tasks",
                         "add one: hello: {run: echo hello}");
  }
  if (tasks->entries.size() > kMaxTasks) {
    context.findings.add(Rule::too_many, tasks->mark,
                         fmt::format("{} tasks; the most is {}", tasks->entries.size(), kMaxTasks),
                         "split the DAG");
    return;
  }
  if (!check_shared_size(context, reader.shared_bytes(), tasks->entries.size())) return;
  context.dag.tasks.reserve(tasks->entries.size() + kHooks.size());
  context.sources.reserve(tasks->entries.size() + kHooks.size());
  std::unordered_map<std::string, const YamlNode::Entry*> seen;
  seen.reserve(tasks->entries.size());
  for (const YamlNode::Entry& entry : tasks->entries) {
    if (!check_id(context, entry, seen)) continue;
    context.ordinary.emplace(entry.key, static_cast<TaskIndex>(context.dag.tasks.size()));
    reader.read(entry, entry.key, HookKind::none);
  }
}

void read_hooks(ParseContext& context, TaskReader& reader) {
  const YamlNode* hooks = context.root.find("hooks");
  if (hooks == nullptr || hooks->kind != YamlNode::Kind::map) return;
  for (const HookName& hook : kHooks) {
    for (const YamlNode::Entry& entry : hooks->entries) {
      if (entry.key != hook.key || entry.value.kind != YamlNode::Kind::map) continue;
      context.dag.hooks[static_cast<std::size_t>(hook.kind)] = static_cast<TaskIndex>(
          context.dag.tasks.size());
      reader.read(entry, "hook." + entry.key, hook.kind);
    }
  }
}

}  // namespace

void read_tasks(ParseContext& context) {
  TaskReader reader(context);
  read_ordinary(context, reader);
  context.dag.task_count = static_cast<std::uint32_t>(context.dag.tasks.size());
  read_hooks(context, reader);
  Dag& dag = context.dag;
  dag.by_id.reserve(dag.tasks.size());
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) dag.by_id.emplace_back(dag.tasks[i].id, i);
  std::sort(dag.by_id.begin(), dag.by_id.end());
}

}  // namespace tidemill
