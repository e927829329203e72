#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/fields_check.h"
#include "core/parse/steps.h"

// Tasks that no end of their upstreams lets run, rules that say nothing, and pools.
namespace tidemill {
namespace {

constexpr std::array<TaskState, 5> kEnds = {TaskState::succeeded, TaskState::failed, TaskState::skipped,
                                            TaskState::upstream_failed, TaskState::cancelled};
// 5^6 ends are tried at most; an expression over more tasks is believed.
constexpr std::size_t kMaxTriedTasks = 6;

// Whether some combination of ends makes the expression true. Usual expressions are true for the
// first or second combination tried.
bool can_hold(const Expr& expr) {
  const std::vector<std::string> ids = needs_tasks(expr);
  if (ids.size() > kMaxTriedTasks) return true;
  std::map<std::string, std::size_t, std::less<>> choice;
  for (const std::string& id : ids) choice[id] = 0;
  const auto state_of = [&](std::string_view id) { return kEnds[choice.find(id)->second]; };
  for (;;) {
    if (decide_needs(expr, state_of) == true) return true;
    auto digit = choice.begin();
    while (digit != choice.end() && ++digit->second == kEnds.size()) (digit++)->second = 0;
    if (digit == choice.end()) return false;
  }
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
      context_.findings.add(Rule::rule_and_expression, rule->mark,
                            fmt::format("{} has a needs expression, which decides instead of trigger_rule", source.where),
                            "delete trigger_rule, or write needs as a list");
    }
    if (can_hold(task.needs_expr)) return;
    context_.findings.add(Rule::never_runs, source.needs->mark,
                          fmt::format("{} can never run: no end of its upstreams makes \"{}\" true", source.where, task.needs_expr.text()));
  }

  void warn_without_needs(const TaskSpec& task, const YamlNode& rule) {
    context_.findings.add(Rule::rule_without_needs, rule.mark,
                          fmt::format("trigger_rule {} has no effect: {} needs no task", to_word(task.trigger_rule), task.id),
                          "delete it, or add needs");
  }

  void check_setup(const TaskSpec& task, const TaskSource& source, const YamlNode& rule) {
    const bool has_setup = std::any_of(task.upstream.begin(), task.upstream.end(),
                                       [&](TaskIndex up) { return context_.dag.tasks[up].setup; });
    if (has_setup) return;
    context_.findings.add(Rule::never_runs, rule.mark,
                          fmt::format("{} can never run: none of the tasks it needs has setup: true", source.where),
                          "mark the task that prepares with setup: true, or use trigger_rule: all_done");
  }

  ParseContext& context_;
};

void check_pool(ParseContext& context, TaskIndex index, std::vector<std::size_t>& uses) {
  const TaskSpec& task = context.dag.tasks[index];
  if (task.pool.empty()) return;
  const auto& pools = context.dag.pools;
  const auto found = std::find_if(pools.begin(), pools.end(), [&](const PoolSpec& pool) { return pool.name == task.pool; });
  const TaskSource& source = context.sources[index];
  const YamlNode* defaults = context.root.find("defaults");
  const YamlNode* node = source.pool != nullptr ? source.pool : defaults != nullptr ? defaults->find("pool") : nullptr;
  const Mark mark = node != nullptr ? node->mark : source.key_mark;
  if (found == pools.end()) {
    std::vector<std::string_view> names;
    for (const PoolSpec& pool : pools) names.push_back(pool.name);
    context.findings.add(Rule::unknown_pool, mark, fmt::format("there is no pool {}", describe(*node)),
                         names.empty() ? fmt::format("declare it: pools: {{{}: 1}}", task.pool) : did_you_mean(task.pool, names));
    return;
  }
  ++uses[static_cast<std::size_t>(found - pools.begin())];
  if (task.slots <= found->slots) return;
  const YamlNode* slots = source.node->find("slots");
  context.findings.add(Rule::pool_too_small, slots != nullptr ? slots->mark : mark,
                       fmt::format("{} takes {} slots, but the pool {} has {}: it could never start", source.where, task.slots, task.pool, found->slots));
}

}  // namespace

void check_triggers(ParseContext& context) {
  TriggerChecker checker(context);
  for (TaskIndex i = 0; i < context.dag.task_count; ++i) checker.check(i);
}

void check_pools(ParseContext& context) {
  std::vector<std::size_t> uses(context.dag.pools.size());
  for (TaskIndex i = 0; i < context.dag.tasks.size(); ++i) check_pool(context, i, uses);
  const YamlNode* declared = context.root.find("pools");
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] > 0) continue;
    const PoolSpec& pool = context.dag.pools[i];
    for (const YamlNode::Entry& entry : declared->entries) {
      if (entry.key != pool.name) continue;
      context.findings.add(Rule::unused_pool, entry.key_mark, fmt::format("no task uses the pool {}", pool.name));
    }
  }
}

}  // namespace tidemill
