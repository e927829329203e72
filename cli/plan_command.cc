#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/data_dir.h"
#include "cli/exit_code.h"
#include "cli/load_dag.h"
#include "cli/reuse.h"
#include "cli/terminal.h"
#include "core/graph.h"
#include "core/params.h"
#include "core/render.h"

namespace tidemill {
namespace {

// What a run would do with one task, as far as that is known before anything ran.
struct PlannedTask {
  TaskIndex task = 0;
  std::string action;  // run, reuse, skip
  std::string why;
};

struct Plan {
  DagPtr dag;
  Run run;  // as it would begin
  std::vector<std::vector<PlannedTask>> levels;
};

std::string upstream_words(const Dag& dag, const TaskSpec& spec) {
  if (!spec.needs_expr.empty()) return "when " + spec.needs_expr.text();
  if (spec.upstream.empty()) return "at once";
  std::vector<std::string> ids;
  for (const TaskIndex i : spec.upstream) ids.push_back(dag.tasks[i].id);
  if (ids.size() > 6) ids = {ids[0], ids[1], ids[2], fmt::format("and {} more", ids.size() - 3)};
  std::string text = "after " + join(ids, ", ");
  if (spec.trigger_rule != TriggerRule::all_success)
    text += fmt::format(" ({})", to_word(spec.trigger_rule));
  return text;
}

std::string extras(const TaskSpec& spec) {
  std::vector<std::string> parts;
  if (!spec.condition.empty()) parts.push_back("if " + spec.condition.text());
  if (spec.retry->limit > 0) parts.push_back(fmt::format("retry limit {}", spec.retry->limit));
  if (spec.timeout.count() > 0) parts.push_back("timeout " + format_duration(spec.timeout));
  if (!spec.pool.empty()) parts.push_back(fmt::format("pool {} x{}", spec.pool, spec.slots));
  if (spec.allow_failure) parts.push_back("failure tolerated");
  return parts.empty() ? "" : "; " + join(parts, ", ");
}

// False already with the parameters alone, whatever the tasks before it do?
bool is_surely_skipped(const Plan& plan, const TaskSpec& spec) {
  if (spec.condition.empty()) return false;
  const auto value = evaluate(spec.condition, run_lookup(*plan.dag, plan.run));
  return value.ok() && value->known && value->value == Json(false);
}

PlannedTask plan_task(const Plan& plan, TaskIndex i) {
  const TaskSpec& spec = plan.dag->tasks[i];
  const TaskRun& task = plan.run.tasks[i];
  if (task.pruned) return {i, "skip", "not selected"};
  if (task.state == TaskState::succeeded)
    return {i, "reuse", task.reason.empty() ? "succeeded before" : task.reason};
  if (is_surely_skipped(plan, spec)) return {i, "skip", "if is false: " + spec.condition.text()};
  return {i, "run", upstream_words(*plan.dag, spec) + extras(spec)};
}

Result<Plan> make_plan(const PlanCommand& options) {
  const LoadedDag loaded = TRY(load_checked_dag(options.file));
  Plan plan;
  plan.dag = loaded.dag;
  RunOptions run_options;
  run_options.params = TRY(bind_or_explain(*plan.dag, options.params));
  if (!options.only.empty()) run_options.only = TRY(select_tasks(*plan.dag, options.only));
  if (!options.from_failed.empty()) {
    const std::string data_dir = TRY(resolve_data_dir(options.data_dir));
    TRY(reuse_from(data_dir, options.from_failed, *plan.dag, options.params, run_options));
  }
  TRY(check_selection(*plan.dag, run_options));
  plan.run = make_run(*plan.dag, run_options, system_now());
  for (const auto& level : tasks_by_level(*plan.dag)) {
    auto& planned = plan.levels.emplace_back();
    for (const TaskIndex i : level) planned.push_back(plan_task(plan, i));
  }
  return plan;
}

std::string command_words(const TaskSpec& spec) {
  if (!spec.script.empty()) {
    const auto lines = split(trim(spec.script), '\n');
    return printable(lines.front(), 60) +
           (lines.size() > 1 ? fmt::format(" (+{} lines)", lines.size() - 1) : "");
  }
  std::string text;
  for (const Template& item : spec.argv) text += (text.empty() ? "" : " ") + item.source();
  return printable(text, 60);
}

void print_text(const Plan& plan) {
  std::size_t columns = 4, runs = 0, total = 0;
  for (const auto& level : plan.levels) {
    for (const PlannedTask& task : level) {
      columns = std::max(columns, text_width(plan.dag->tasks[task.task].id));
      runs += task.action == "run";
      ++total;
    }
  }
  fmt::print("{}: {} of {} would run\n", plan.dag->name, runs,
             plural(static_cast<std::int64_t>(total), "task"));
  for (const auto& [name, value] : shown_params(*plan.dag, plan.run.params))
    fmt::print("  param {} = {}\n", name, value.dump());
  for (std::size_t level = 0; level < plan.levels.size(); ++level) {
    for (const PlannedTask& task : plan.levels[level]) {
      const TaskSpec& spec = plan.dag->tasks[task.task];
      fmt::print("{:>4}  {:<5}  {}  {}\n", level + 1, task.action,
                 fitted(spec.id, std::min<std::size_t>(columns, 40)), task.why);
      if (task.action == "run")
        fmt::print("{:13}{:{}}  {}\n", "", "", std::min<std::size_t>(columns, 40),
                   command_words(spec));
    }
  }
}

void print_json(const Plan& plan) {
  Json::Array tasks;
  for (std::size_t level = 0; level < plan.levels.size(); ++level) {
    for (const PlannedTask& task : plan.levels[level]) {
      Json entry;
      entry.set("task", plan.dag->tasks[task.task].id);
      entry.set("level", static_cast<std::int64_t>(level + 1));
      entry.set("action", task.action);
      entry.set("why", task.why);
      tasks.push_back(std::move(entry));
    }
  }
  Json json;
  json.set("dag", plan.dag->name);
  json.set("params", Json(shown_params(*plan.dag, plan.run.params)));
  json.set("tasks", Json(std::move(tasks)));
  fmt::print("{}\n", json.dump());
}

}  // namespace

int run_plan(const PlanCommand& options) {
  const auto plan = make_plan(options);
  if (!plan.ok()) return report(plan.error());
  options.json ? print_json(*plan) : print_text(*plan);
  return kExitOk;
}

}  // namespace tidemill
