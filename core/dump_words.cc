#include "core/dump_words.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {
namespace {

void note_placement(const TaskSpec& task, std::vector<std::string>& notes) {
  const std::string slots = task.slots == 1 ? "" : plural(task.slots, "slot");
  if (!task.pool.empty()) {
    notes.push_back("pool " + task.pool + (slots.empty() ? "" : " (" + slots + ")"));
  } else if (!slots.empty()) {
    notes.push_back(slots);
  }
  if (!task.runs_on.empty()) notes.push_back("runs on " + join(task.runs_on, ", "));
  if (task.priority != 5) notes.push_back(fmt::format("priority {}", task.priority));
  const Resources& asked = task.resources;
  if (asked.cpu > 0) notes.push_back(fmt::format("cpu {}", asked.cpu));
  if (asked.memory > 0) notes.push_back("memory " + format_bytes(asked.memory));
  if (asked.gpu > 0) notes.push_back(fmt::format("gpu {}", asked.gpu));
}

}  // namespace

std::string rule_note(const TaskSpec& task) {
  if (!task.needs_expr.empty()) return "when " + task.needs_expr.text();
  if (task.trigger_rule == TriggerRule::all_success) return "";
  return "rule " + std::string(to_word(task.trigger_rule));
}

std::vector<std::string> task_notes(const TaskSpec& task) {
  std::vector<std::string> notes;
  if (std::string rule = rule_note(task); !rule.empty()) notes.push_back(std::move(rule));
  if (task.wait_for != nullptr) notes.emplace_back("waits, without a slot");
  if (task.approval != nullptr) notes.emplace_back("approval");
  if (!task.publishes.empty()) notes.push_back("publishes " + task.publishes);
  if (!task.condition.empty()) notes.push_back("if " + task.condition.text());
  note_placement(task, notes);
  if (task.timeout > Duration::zero()) notes.push_back("timeout " + format_duration(task.timeout));
  if (task.retry != nullptr && task.retry->limit > 0) {
    notes.push_back(plural(task.retry->limit, "retry"));
  }
  if (task.setup) notes.push_back("setup");
  if (task.allow_failure) notes.push_back("may fail");
  return notes;
}

}  // namespace tidemill
