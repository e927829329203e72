#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "core/fields_check.h"
#include "core/parse/steps.h"

// Tasks that no end of their upstreams lets run, rules that say nothing, and pools.
namespace tidemill {
namespace {

constexpr std::array<TaskState, 5> kEnds = {TaskState::succeeded, TaskState::failed,
                                            TaskState::skipped, TaskState::upstream_failed,
                                            TaskState::cancelled};
// 5^6 ends are tried at most, and so many in one file; an expression beyond that is believed.
constexpr std::size_t kMaxTriedTasks = 6;
constexpr int kMaxTries = 1'000'000;

// Whether some combination of ends makes the expression true. Usual expressions are true for the
// first or second combination tried.
bool can_hold(const Expr& expr, int& tries_left) {
  const std::vector<std::string> ids = needs_tasks(expr);
  if (ids.size() > kMaxTriedTasks) return true;
  std::map<std::string, std::size_t, std::less<>> choice;
  for (const std::string& id : ids) choice[id] = 0;
  const auto state_of = [&](std::string_view id) { return kEnds[choice.find(id)->second]; };
  while (--tries_left > 0) {
    if (decide_needs(expr, state_of) == true) return true;
    auto digit = choice.begin();
    while (digit != choice.end() && ++digit->second == kEnds.size()) (digit++)->second = 0;
    if (digit == choice.end()) return false;
  }
  return true;
}

class TriggerChecker {
 public:
  explicit TriggerChecker(ParseContext& context) : context_(context) {}

  void check(TaskIndex index) {
    const TaskSpec& task = context_.dag.tasks[index];
    const TaskSource& source = context_.sources[index];
    const YamlNode* rule = source.node->find("trigger_rule");
    if (!task.needs_expr.empty()) return check_expression(task, source, rule);
    if (rule == nullptr || !trigger_rule_from(rule->text)) return;
    if (task.upstream.empty()) {
      if (source.needs == nullptr) warn_without_needs(task, *rule);
    } else if (task.trigger_rule == TriggerRule::all_done_setup_success) {
      check_setup(task, source, *rule);
    }
  }

 private:
  void check_expression(const TaskSpec& task, const TaskSource& source, const YamlNode* rule) {
    if (rule != nullptr) {
      context_.findings.add(
          Rule::rule_and_expression, rule->mark,
          fmt::format("{} has a needs expression, which decides instead of trigger_rule",
                      source.where),
          "delete trigger_rule, or write needs as a list");
    }
    if (can_hold(task.needs_expr, tries_left_)) return;
    context_.findings.add(Rule::never_runs, source.needs->mark,
                          fmt::format("{} can never run: no end of its upstreams makes \"{}\" true",
                                      source.where, task.needs_expr.text()));
  }

  void warn_without_needs(const TaskSpec& task, const YamlNode& rule) {
    context_.findings.add(Rule::rule_without_needs, rule.mark,
                          fmt::format("trigger_rule {} has no effect: {} needs no task",
                                      to_word(task.trigger_rule), task.id),
                          "delete it, or add needs");
  }

  void check_setup(const TaskSpec& task, const TaskSource& source, const YamlNode& rule) {
    const bool has_setup = std::any_of(task.upstream.begin(), task.upstream.end(),
                                       [&](TaskIndex up) { return context_.dag.tasks[up].setup; });
    if (has_setup) return;
    context_.findings.add(
        Rule::never_runs, rule.mark,
        fmt::format("{} can never run: none of the tasks it needs has setup: true", source.where),
        "mark the task that prepares with setup: true, or use trigger_rule: all_done");
  }

  ParseContext& context_;
  int tries_left_ = kMaxTries;
};

class PoolChecker {
 public:
  explicit PoolChecker(ParseContext& context) : context_(context) {
    for (const PoolSpec& pool : context_.dag.pools) pools_.emplace(pool.name, Use{&pool, 0});
  }

  void check(TaskIndex index) {
    const TaskSpec& task = context_.dag.tasks[index];
    if (task.pool.empty()) return;
    const auto found = pools_.find(task.pool);
    if (found == pools_.end()) return refuse_unknown(index);
    ++found->second.tasks;
    const PoolSpec& pool = *found->second.pool;
    if (task.slots <= pool.slots) return;
    const TaskSource& source = context_.sources[index];
    const YamlNode* slots = source.node->find("slots");
    context_.findings.add(
        Rule::pool_too_small, slots != nullptr ? slots->mark : place(index),
        fmt::format("{} takes {} slots, but the pool {} has {}: it could never start", source.where,
                    task.slots, pool.name, pool.slots));
  }

  void warn_of_unused() {
    const YamlNode* declared = context_.root.find("pools");
    if (declared == nullptr) return;
    for (const YamlNode::Entry& entry : declared->entries) {
      const auto found = pools_.find(entry.key);
      if (found == pools_.end() || found->second.tasks > 0) continue;
      context_.findings.add(Rule::unused_pool, entry.key_mark,
                            fmt::format("no task uses the pool {}", entry.key));
    }
  }

 private:
  struct Use {
    const PoolSpec* pool;
    std::size_t tasks;
  };

  // Where the task, or else `defaults`, names the pool.
  Mark place(TaskIndex index) const {
    const TaskSource& source = context_.sources[index];
    if (source.pool != nullptr) return source.pool->mark;
    const YamlNode* defaults = context_.root.find("defaults");
    const YamlNode* pool = defaults != nullptr ? defaults->find("pool") : nullptr;
    return pool != nullptr ? pool->mark : source.key_mark;
  }

  void refuse_unknown(TaskIndex index) {
    const std::string name = printable(context_.dag.tasks[index].pool, 64);
    std::vector<std::string_view> names;
    for (const auto& [known, use] : pools_) names.push_back(known);
    std::sort(names.begin(), names.end());
    context_.findings.add(Rule::unknown_pool, place(index),
                          fmt::format("there is no pool {}", name),
                          names.empty() ? fmt::format("declare it: pools: {{{}: 1}}", name)
                                        : did_you_mean(name, names));
  }

  ParseContext& context_;
  std::unordered_map<std::string_view, Use> pools_;
};

}  // namespace

void check_triggers(ParseContext& context) {
  TriggerChecker checker(context);
  for (TaskIndex i = 0; i < context.dag.task_count; ++i) checker.check(i);
}

void check_pools(ParseContext& context) {
  PoolChecker checker(context);
  for (TaskIndex i = 0; i < context.dag.tasks.size() && !context.findings.full(); ++i)
    checker.check(i);
  checker.warn_of_unused();
}

}  // namespace tidemill
