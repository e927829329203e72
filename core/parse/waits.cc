#include "core/parse/waits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "core/approval.h"
#include "core/fields.h"
#include "core/fields_check.h"
#include "core/parse/env.h"
#include "core/parse/param_specs.h"
#include "core/parse/values.h"
#include "core/wait_for.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxFields = 100;

constexpr std::array<std::string_view, 9> kKeysOfActions = {
    "description", "needs", "depends",       "depends_on", "trigger_rule",
    "if",          "setup", "allow_failure", "uses"};

// What describes a process, and what defaults gave the task of that.
void refuse_process_keys(ParseContext& context, const YamlNode& node, const std::string& action) {
  for (const YamlNode::Entry& entry : node.entries) {
    const bool fits = entry.key == "with" || std::find(kKeysOfActions.begin(), kKeysOfActions.end(),
                                                       entry.key) != kKeysOfActions.end();
    if (fits || kTaskObject.find(entry.key) == nullptr) continue;
    const bool is_timeout = entry.key == "timeout";
    context.findings.add(Rule::not_with_action, entry.key_mark,
                         fmt::format("{} does not belong to {}", entry.key, action),
                         is_timeout ? "write it below with" : "delete it");
  }
}

void drop_process(TaskSpec& task, TaskSource& source) {
  TaskSpec plain;
  plain.retry = std::make_shared<const RetryPolicy>();
  task.env.clear();
  source.env.clear();
  task.secrets.clear();
  task.runs_on.clear();
  task.pool.clear();
  source.pool = nullptr;
  task.cwd.clear();
  task.shell.clear();
  task.umask.reset();
  task.retry = plain.retry;
  task.timeout = plain.timeout;
  task.queue_timeout = plain.queue_timeout;
  task.slots = plain.slots;
  task.resources = plain.resources;
}

class WaitReader {
 public:
  WaitReader(ParseContext& context, const YamlNode& with, std::string where, TaskSource& source)
      : context_(context), with_(with), where_(std::move(where)), source_(source) {}

  std::shared_ptr<const WaitSpec> read() {
    const YamlNode* target = find_target();
    if (target == nullptr) return std::make_shared<const WaitSpec>(std::move(wait_));
    refuse_others();
    if (is_text(target)) wait_.target = read_target(*target);
    read_http();
    read_duration(with_.find("max_age"), wait_.max_age);
    read_duration(with_.find("every"), wait_.every);
    read_duration(with_.find("timeout"), wait_.timeout);
    std::string word;
    if (read_text(with_.find("on_timeout"), word)) wait_.skip_on_timeout = word == "skip";
    if (wait_.every < std::chrono::seconds(1)) {
      add(*with_.find("every"), "every must be at least 1s");
    }
    return std::make_shared<const WaitSpec>(std::move(wait_));
  }

 private:
  struct Target {
    std::string_view key;
    WaitSpec::Kind kind;
  };
  static constexpr std::array<Target, 4> kTargets = {{{"file", WaitSpec::Kind::file},
                                                      {"http", WaitSpec::Kind::http},
                                                      {"time", WaitSpec::Kind::time},
                                                      {"dataset", WaitSpec::Kind::dataset}}};

  void add(const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(Rule::bad_wait, at.mark, where_ + ": " + std::move(message),
                          std::move(hint));
  }

  const YamlNode* find_target() {
    const YamlNode* found = nullptr;
    int count = 0;
    for (const Target& target : kTargets) {
      const YamlNode* node = with_.find(target.key);
      if (node == nullptr) continue;
      ++count;
      found = node;
      wait_.kind = target.kind;
    }
    if (count == 1) return found;
    add(with_,
        count == 0 ? "it does not say what it waits for" : "it waits for more than one thing",
        "give exactly one of file, http, time and dataset; several waits are several tasks");
    return nullptr;
  }

  void refuse_key(std::string_view key, bool fits, std::string_view belongs) {
    const YamlNode* node = with_.find(key);
    if (fits || node == nullptr) return;
    add(*node, fmt::format("{} does not belong to {}", key, to_word(wait_.kind)),
        fmt::format("{} goes with {}", key, belongs));
  }

  void refuse_others() {
    refuse_key("method", wait_.kind == WaitSpec::Kind::http, "http");
    refuse_key("status", wait_.kind == WaitSpec::Kind::http, "http");
    refuse_key("max_age", wait_.kind == WaitSpec::Kind::dataset, "dataset");
    refuse_key("every", wait_.kind != WaitSpec::Kind::time, "file, http and dataset");
  }

  Template read_target(const YamlNode& node) {
    if (wait_.kind == WaitSpec::Kind::dataset) {
      check_dataset_name(context_, node);
      return Template(node.text);
    }
    Template text = read_template(context_, node, where_);
    if (node.text.empty()) add(node, "the text is empty");
    if (text.is_literal()) check_literal(node);
    source_.with.emplace_back(text, &node);
    return text;
  }

  void check_literal(const YamlNode& node) {
    const std::string& text = node.text;
    const bool web = text.starts_with("http://") || text.starts_with("https://");
    if (wait_.kind == WaitSpec::Kind::http && !web) {
      add(node, fmt::format("\"{}\" is no address", printable(text, 60)),
          "it begins with http:// or https://");
    }
    if (wait_.kind == WaitSpec::Kind::time && !parse_rfc3339(text).ok() &&
        !parse_duration(text).ok()) {
      add(node, fmt::format("\"{}\" is no time", printable(text, 60)),
          "write an instant such as 2027-01-01T06:00:00Z, or a duration such as 2h");
    }
  }

  void read_http() {
    std::string method;
    if (read_text(with_.find("method"), method)) wait_.head = method == "HEAD";
    for_each_scalar(with_.find("status"), [&](const YamlNode& item) {
      int status = 0;
      if (read_int(&item, status)) wait_.status.push_back(status);
    });
  }

  ParseContext& context_;
  const YamlNode& with_;
  std::string where_;
  TaskSource& source_;
  WaitSpec wait_;
};

class ApprovalReader {
 public:
  ApprovalReader(ParseContext& context, const YamlNode& with, std::string where, TaskSource& source)
      : context_(context), with_(with), where_(std::move(where)), source_(source) {}

  std::shared_ptr<const ApprovalSpec> read() {
    if (const YamlNode* prompt = with_.find("prompt"); is_text(prompt)) {
      if (trim(prompt->text).empty()) add(*prompt, "the prompt is empty");
      approval_.prompt = read_template(context_, *prompt, where_ + ".prompt");
      source_.with.emplace_back(approval_.prompt, prompt);
    }
    read_form();
    std::string word;
    if (read_text(with_.find("role"), word)) {
      // The table of fields has refused every other word.
      if (const auto role = parse_role(word); role.ok()) approval_.role = *role;
    }
    read_duration(with_.find("timeout"), approval_.timeout);
    if (const YamlNode* answer = with_.find("default"); read_text(answer, word)) {
      approval_.approve_by_default = word == "approve";
      check_default(*answer);
    }
    return std::make_shared<const ApprovalSpec>(std::move(approval_));
  }

 private:
  void add(const YamlNode& at, std::string message, std::string hint = {}) {
    context_.findings.add(Rule::bad_approval, at.mark, where_ + ": " + std::move(message),
                          std::move(hint));
  }

  void read_form() {
    const YamlNode* form = with_.find("form");
    if (form == nullptr || form->kind != YamlNode::Kind::map) return;
    if (form->entries.size() > kMaxFields) {
      return add(*form, fmt::format("{} fields; the most is {}", form->entries.size(), kMaxFields));
    }
    read_param_specs(context_, *form, where_ + ".form", approval_.form);
    for (const ParamSpec& field : approval_.form) {
      const YamlNode& node = *form->find(field.name);
      if (field.name == kDecidedBy || field.name == kComment) {
        add(node, field.name + " is an output of every approval", "choose another name");
      }
      if (is_secret(field)) {
        add(node,
            fmt::format("the field {} cannot be a secret: its value becomes an output", field.name),
            "use the secrets store");
      }
    }
  }

  void check_default(const YamlNode& answer) {
    if (approval_.timeout <= Duration{}) {
      add(answer, "default has no effect without a timeout", "add timeout, or delete default");
    }
    if (!approval_.approve_by_default) return;
    for (const ParamSpec& field : approval_.form) {
      if (!field.required) continue;
      add(answer, fmt::format("the field {} has no value when nobody answers", field.name),
          "give it a default, or write default: reject");
    }
  }

  ParseContext& context_;
  const YamlNode& with_;
  std::string where_;
  TaskSource& source_;
  ApprovalSpec approval_;
};

void declare_outputs(TaskSpec& task) {
  task.outputs.clear();
  for (const ParamSpec& field : task.approval->form) task.outputs.push_back(field.name);
  task.outputs.emplace_back(kDecidedBy);
  task.outputs.emplace_back(kComment);
}

}  // namespace

void read_waiting_task(ParseContext& context, const YamlNode::Entry& entry,
                       const std::string& where, TaskSpec& task, TaskSource& source) {
  const YamlNode* uses = entry.value.find("uses");
  const YamlNode* with = entry.value.find("with");
  if (uses == nullptr) {
    context.findings.add(Rule::run_or_command, entry.key_mark,
                         fmt::format("{} has with, but not uses", where),
                         "name the action: uses: wait_for, or uses: approval");
    return;
  }
  std::string action;
  if (!read_text(uses, action) || (action != "wait_for" && action != "approval")) return;
  refuse_process_keys(context, entry.value, action);
  drop_process(task, source);
  if (with == nullptr || with->kind != YamlNode::Kind::map) {
    context.findings.add(Rule::missing_key, with == nullptr ? entry.key_mark : with->mark,
                         fmt::format("{} needs `with`, a map", where),
                         action == "approval" ? "for example with: {prompt: \"Publish it?\"}"
                                              : "for example with: {file: /data/in.csv}");
    return;
  }
  const std::string place = where + ".with";
  const bool is_wait = action == "wait_for";
  check_object(*with, is_wait ? kWaitObject : kApprovalObject, place, context.findings);
  if (is_wait) {
    task.wait_for = WaitReader(context, *with, place, source).read();
  } else {
    task.approval = ApprovalReader(context, *with, place, source).read();
    declare_outputs(task);
  }
}

std::string_view to_word(WaitSpec::Kind kind) {
  switch (kind) {
    case WaitSpec::Kind::file:
      return "file";
    case WaitSpec::Kind::http:
      return "http";
    case WaitSpec::Kind::time:
      return "time";
    case WaitSpec::Kind::dataset:
      return "dataset";
  }
  UNREACHABLE();
}

bool check_dataset_name(ParseContext& context, const YamlNode& node) {
  if (is_name(node.text, "_", "_./-")) return true;
  context.findings.add(
      Rule::bad_name, node.mark,
      fmt::format("\"{}\" cannot be the name of a dataset", printable(node.text, 80)),
      "use up to 64 letters, digits and _ . / -, and start with a letter or _");
  return false;
}

void read_publish(ParseContext& context, const YamlNode& node, TaskSpec& task) {
  const YamlNode* publish = node.find("publish");
  if (publish == nullptr || publish->kind != YamlNode::Kind::map) return;
  const YamlNode* dataset = publish->find("dataset");
  if (!is_text(dataset) || !check_dataset_name(context, *dataset)) return;
  task.publishes = dataset->text;
}

}  // namespace tidemill
