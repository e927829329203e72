#include "tests/sim/plan.h"

#include <algorithm>

#include "base/hash.h"
#include "core/approval.h"
#include "core/wait_for.h"
#include "tests/sim/timeline.h"

namespace tidemill::sim {
namespace {

std::shared_ptr<const RetryPolicy> make_retry(Random& random) {
  RetryPolicy retry;
  retry.limit = static_cast<int>(random.below(4));
  retry.delay = Duration(random.percent(50) ? 0 : random.between(1000, 3 * kSecond));
  retry.backoff = random.percent(50) ? 1.0 : 2.0;
  retry.max_delay = std::chrono::seconds(5);
  retry.jitter = random.percent(50) ? 0.0 : 0.5;
  return std::make_shared<const RetryPolicy>(retry);
}

Behaviour make_behaviour(Random& random, bool may_skip) {
  Behaviour behaviour;
  const auto draw = random.below(100);
  using Kind = Behaviour::Kind;
  if (draw < 82)
    behaviour.kind = Kind::succeeds;
  else if (draw < 91)
    behaviour.kind = Kind::flaky;
  else if (draw < 95)
    behaviour.kind = Kind::fails;
  else if (draw < 97)
    behaviour.kind = Kind::killed;
  else if (draw < 98)
    behaviour.kind = Kind::asks_for_retry;
  else
    behaviour.kind = may_skip ? Kind::skips : Kind::succeeds;
  behaviour.failures = static_cast<int>(random.between(1, 3));
  behaviour.least_us = random.between(100, 5000);
  behaviour.most_us = behaviour.least_us + (random.percent(30) ? 2 * kSecond : 20'000);
  return behaviour;
}

TaskSpec make_task(Random& random, TaskIndex index, bool depends_on_order) {
  TaskSpec task;
  task.id = fmt::format("t{}", index);
  task.script = "true";
  task.retry = make_retry(random);
  task.allow_failure = random.percent(10);
  task.priority = static_cast<int>(random.between(1, 9));
  task.setup = random.percent(10);
  const std::int64_t wanted = std::min<std::int64_t>(random.below(4), index);
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto upstream = static_cast<TaskIndex>(
        random.percent(60) ? std::max<std::int64_t>(0, index - 1 - random.below(3))
                           : random.below(index));
    if (std::find(task.upstream.begin(), task.upstream.end(), upstream) == task.upstream.end()) {
      task.upstream.push_back(upstream);
    }
  }
  // Rules that never skip on one order of ends and run on another.
  static constexpr TriggerRule kPlain[] = {TriggerRule::all_success, TriggerRule::all_success,
                                           TriggerRule::all_success, TriggerRule::all_done,
                                           TriggerRule::none_failed, TriggerRule::always};
  task.trigger_rule = depends_on_order ? static_cast<TriggerRule>(random.below(kTriggerRuleCount))
                                       : kPlain[random.below(std::ssize(kPlain))];
  return task;
}

// Some tasks wait instead of running: for a thing that comes, or for an answer that is yes when
// nobody gives one. Neither changes how an ordered DAG ends.
void add_waits(Random& random, Dag& dag) {
  for (TaskSpec& task : dag.tasks) {
    if (random.percent(15)) task.publishes = fmt::format("d{}", random.below(3));
    if (!random.percent(12)) continue;
    task.script.clear();
    task.publishes.clear();
    task.queue_timeout = {};
    task.retry = std::make_shared<const RetryPolicy>();
    if (random.percent(50)) {
      WaitSpec wait;
      wait.kind = random.percent(30) ? WaitSpec::Kind::time : WaitSpec::Kind::file;
      wait.target = Template(wait.kind == WaitSpec::Kind::time ? "700ms" : "in.csv");
      wait.every = std::chrono::seconds(1);
      task.wait_for = std::make_shared<const WaitSpec>(std::move(wait));
    } else {
      ApprovalSpec approval;
      approval.timeout = Duration(random.between(1, 2 * kSecond));
      approval.approve_by_default = true;
      task.approval = std::make_shared<const ApprovalSpec>(std::move(approval));
    }
  }
}

void add_requirements(Random& random, Dag& dag, bool depends_on_order) {
  if (random.percent(30)) dag.pools.push_back({"p", static_cast<int>(random.between(1, 3))});
  if (random.percent(15)) dag.max_active_tasks = static_cast<int>(random.between(1, 4));
  for (TaskSpec& task : dag.tasks) {
    if (!dag.pools.empty() && random.percent(40)) task.pool = "p";
    if (random.percent(10)) task.runs_on = {"gpu"};
    if (task.pool.empty() && random.percent(5)) task.slots = 2;
    if (depends_on_order && random.percent(5)) task.queue_timeout = std::chrono::seconds(2);
  }
  if (depends_on_order && random.percent(10)) dag.timeout = std::chrono::seconds(3);
  if (random.percent(20)) dag.deadline = Deadline{std::chrono::seconds(1), Deadline::From::started};
}

void add_hooks(Random& random, Dag& dag) {
  for (const HookKind kind :
       {HookKind::start, HookKind::success, HookKind::failure, HookKind::cancel, HookKind::exit}) {
    if (!random.percent(12)) continue;
    TaskSpec hook;
    hook.id = fmt::format("hook.{}", static_cast<int>(kind));
    hook.hook = kind;
    hook.script = "true";
    hook.retry = std::make_shared<const RetryPolicy>();
    dag.hooks[static_cast<std::size_t>(kind)] = static_cast<TaskIndex>(dag.tasks.size());
    dag.tasks.push_back(std::move(hook));
  }
}

void derive(Dag& dag) {
  for (TaskIndex i = 0; i < dag.tasks.size(); ++i) {
    for (const TaskIndex upstream : dag.tasks[i].upstream) {
      dag.tasks[upstream].downstream.push_back(i);
    }
    dag.by_id.emplace_back(dag.tasks[i].id, i);
  }
  std::sort(dag.by_id.begin(), dag.by_id.end());
}

PlannedDag make_dag(Random& random, Random& waits, std::size_t number) {
  PlannedDag planned;
  planned.depends_on_order = random.percent(40);
  Dag dag;
  dag.name = fmt::format("dag_{}", number);
  dag.source = fmt::format("simulated {}", number);
  dag.content_hash = fmt::format("hash-{}", number);
  dag.max_active_runs = static_cast<int>(random.between(1, 3));
  const auto count = static_cast<TaskIndex>(random.percent(10) ? random.between(20, 60)
                                                               : random.between(1, 14));
  for (TaskIndex i = 0; i < count; ++i) {
    dag.tasks.push_back(make_task(random, i, planned.depends_on_order));
  }
  dag.task_count = count;
  add_waits(waits, dag);
  add_requirements(random, dag, planned.depends_on_order);
  add_hooks(random, dag);
  derive(dag);
  for (std::size_t i = 0; i < dag.tasks.size(); ++i) {
    planned.behaviours.push_back(make_behaviour(random, planned.depends_on_order));
  }
  planned.dag = std::make_shared<const Dag>(std::move(dag));
  return planned;
}

// Where every run of a dag is cancelled, a task may run for ever: only a stop that arrives ends it.
void add_endless_tasks(Random& random, Plan& plan) {
  for (std::size_t i = 0; i < plan.dags.size(); ++i) {
    const bool all_cancelled = std::all_of(
        plan.runs.begin(), plan.runs.end(),
        [i](const PlannedRun& run) { return run.dag != i || run.cancel_at_us != 0; });
    if (!all_cancelled || random.percent(30)) continue;
    const auto task = static_cast<std::size_t>(random.below(plan.dags[i].dag->task_count));
    plan.dags[i].behaviours[task].least_us = plan.dags[i].behaviours[task].most_us = 100'000 *
                                                                                     kSecond;
  }
}

void plan_faults(Random& random, Plan& plan) {
  plan.has_faults = !random.percent(15);
  plan.heal_at_us = 15 * kSecond;
  if (random.percent(25)) plan.commit_us = random.between(1000, 200'000);  // a slow disk
  if (!plan.has_faults) return;
  plan.scheduler_crashes = static_cast<int>(random.below(12));
  plan.worker_losses = static_cast<int>(random.below(5));
  plan.small_faults = static_cast<int>(random.below(10));
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
  Random random(seed);
  Random waits(seed + 1'000'000'007);  // of its own, so that they change nothing else of a plan
  Plan plan;
  const auto dags = static_cast<std::size_t>(random.between(1, 3));
  for (std::size_t i = 0; i < dags; ++i) plan.dags.push_back(make_dag(random, waits, i));
  const auto runs = random.between(1, 4);
  for (std::int64_t i = 0; i < runs; ++i) {
    PlannedRun run;
    run.dag = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(dags)));
    run.submit_at_us = random.between(1, 5 * kSecond);
    if (random.percent(15)) run.cancel_at_us = run.submit_at_us + random.between(1, 5 * kSecond);
    plan.runs.push_back(run);
  }
  add_endless_tasks(random, plan);
  const auto workers = random.between(1, 3);
  for (std::int64_t i = 0; i < workers; ++i) {
    plan.workers.push_back(
        {fmt::format("w{}", i), static_cast<int>(random.between(i == 0 ? 2 : 1, 4)), {}});
  }
  plan.workers[0].labels = {"gpu"};
  plan_faults(random, plan);
  if (random.percent(40)) plan.people_acts = static_cast<int>(random.between(1, 20));
  return plan;
}

Outcome outcome_of(const Behaviour& behaviour, std::uint32_t recorded) {
  using Kind = Behaviour::Kind;
  Outcome outcome;
  const bool flaky_failure = behaviour.kind == Kind::flaky &&
                             recorded < static_cast<std::uint32_t>(behaviour.failures);
  if (behaviour.kind == Kind::fails || flaky_failure) {
    outcome.cause = Cause::exit;
    outcome.exit_code = 1;
  } else if (behaviour.kind == Kind::killed) {
    outcome.cause = Cause::signal;
    outcome.signal = 11;
  } else if (behaviour.kind == Kind::asks_for_retry && recorded == 0) {
    outcome.cause = Cause::exit;
    outcome.exit_code = 75;
  } else if (behaviour.kind == Kind::skips) {
    outcome.cause = Cause::exit;
    outcome.exit_code = 99;
  } else {
    outcome.result.outputs = {{"attempt", fmt::format("{}", recorded + 1)}};
  }
  return outcome;
}

}  // namespace tidemill::sim
