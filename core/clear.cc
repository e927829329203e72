#include "core/clear.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "base/check.h"
#include "core/trigger.h"

namespace tidemill {
namespace {

using Why = PlannedChange::Why;

constexpr std::array kReaches = {ClearReach::only, ClearReach::downstream, ClearReach::upstream,
                                 ClearReach::both, ClearReach::failed};

bool ended_badly(const TaskRun& task) {
  return task.state == TaskState::failed || task.state == TaskState::cancelled;
}

class ChangePlanner {
 public:
  ChangePlanner(const Dag& dag, const Run& run) : dag_(dag), run_(run), place_(dag.tasks.size()) {
    CHECK(run.tasks.size() == dag.tasks.size());
  }

  Status check_run() const {
    if (!run_.cancelling || is_terminal(run_.state)) return Ok{};
    return conflict("the run is being cancelled; wait until it has ended");
  }

  Status check_chosen(const std::vector<TaskIndex>& chosen) const {
    for (const TaskIndex task : chosen) {
      if (task >= dag_.tasks.size()) {
        return invalid(fmt::format("dag {} has no task {}", dag_.name, task));
      }
      if (run_.tasks[task].pruned) {
        return conflict(fmt::format("{} was left out of this run", id(task)));
      }
    }
    return Ok{};
  }

  // A task that waits already, or is being stopped to wait, needs no reset.
  void reset(TaskIndex task, Why why, TaskIndex because) {
    const TaskRun& state = run_.tasks[task];
    if (state.pruned || state.state == TaskState::waiting) return;
    if (state.on_stop == TaskState::waiting) return;
    add(task, why, because, TaskState::waiting);
  }

  void mark(TaskIndex task, TaskState to) {
    const TaskRun& state = run_.tasks[task];
    if (state.state == to || state.on_stop == to) return;
    add(task, Why::chosen, kNoTask, to);
  }

  // Everything that is reached from the chosen tasks, and from which of them first.
  template <typename Next, typename Enter>
  void spread(const std::vector<TaskIndex>& from, Why why, Next next, Enter enter) {
    std::vector<bool> seen(dag_.tasks.size());
    std::deque<std::pair<TaskIndex, TaskIndex>> reached;  // task, root
    for (const TaskIndex task : from) {
      seen[task] = true;
      reached.emplace_back(task, task);
    }
    for (; !reached.empty(); reached.pop_front()) {
      const auto [task, root] = reached.front();
      for (const TaskIndex other : next(task)) {
        if (seen[other] || run_.tasks[other].pruned || !enter(other)) continue;
        seen[other] = true;
        reset(other, why, root);
        reached.emplace_back(other, root);
      }
    }
  }

  const std::vector<TaskIndex>& downstream_of(TaskIndex task) {
    if (dag_.tasks[task].hook != HookKind::start) return dag_.tasks[task].downstream;
    if (body_.empty()) {
      for (TaskIndex i = 0; i < dag_.task_count; ++i) body_.push_back(i);
    }
    return body_;
  }

  // Tasks that did not run because of these.
  void spread_failure(const std::vector<TaskIndex>& from) {
    spread(
        from, Why::upstream_failed,
        [&](TaskIndex t) -> const std::vector<TaskIndex>& { return downstream_of(t); },
        [&](TaskIndex t) {
          const TaskState state = run_.tasks[t].state;
          return state == TaskState::upstream_failed || state == TaskState::cancelled;
        });
  }

  void spread_all(const std::vector<TaskIndex>& from, ClearReach reach) {
    const auto all = [](TaskIndex) { return true; };
    if (reach == ClearReach::downstream || reach == ClearReach::both) {
      spread(
          from, Why::downstream,
          [&](TaskIndex t) -> const std::vector<TaskIndex>& { return downstream_of(t); }, all);
    }
    if (reach == ClearReach::upstream || reach == ClearReach::both) {
      spread(
          from, Why::upstream,
          [&](TaskIndex t) -> const std::vector<TaskIndex>& { return dag_.tasks[t].upstream; },
          all);
    }
  }

  // What failed among these; among all when none is chosen.
  std::vector<TaskIndex> failed_of(const std::vector<TaskIndex>& chosen) const {
    std::vector<TaskIndex> failed;
    for (const TaskIndex task : chosen) {
      if (ended_badly(run_.tasks[task])) failed.push_back(task);
    }
    for (TaskIndex task = 0; chosen.empty() && task < dag_.tasks.size(); ++task) {
      if (ended_badly(run_.tasks[task])) failed.push_back(task);
    }
    return failed;
  }

  // `nothing` says why no change is planned.
  Result<ClearPlan> finish(const std::string& nothing) {
    if (changes_.empty()) return conflict("nothing to do: " + nothing);
    add_start_hook();
    TRY(check_start_hook());
    TRY(add_unfounded());
    TRY(add_closing_hooks());
    ClearPlan plan;
    plan.reopens = is_terminal(run_.state);
    for (TaskIndex task = 0; task < place_.size(); ++task) {
      if (place_[task] != 0) plan.tasks.push_back(changes_[place_[task] - 1]);
    }
    return plan;
  }

 private:
  const std::string& id(TaskIndex task) const { return dag_.tasks[task].id; }
  bool is_planned(TaskIndex task) const { return place_[task] != 0; }

  void add(TaskIndex task, Why why, TaskIndex because, TaskState to) {
    if (is_planned(task)) return;
    const bool live = is_live(run_.tasks[task].state);
    changes_.push_back({task, why, because, to, live});
    place_[task] = changes_.size();
  }

  bool is_body_released() const {
    const TaskIndex hook = dag_.hook(HookKind::start);
    if (hook == kNoTask) return true;
    const TaskRun& state = run_.tasks[hook];
    if (state.state == TaskState::skipped) return run_.started_at != WallTime{};
    if (ended_badly(state)) return state.tolerated;
    return true;  // it succeeded, or its end will say
  }

  void add_start_hook() {
    const bool has_reset = std::any_of(changes_.begin(), changes_.end(), [](const auto& change) {
      return change.to == TaskState::waiting;
    });
    if (has_reset && !is_body_released()) reset(dag_.hook(HookKind::start), Why::hook, kNoTask);
  }

  Status check_start_hook() const {
    const TaskIndex hook = dag_.hook(HookKind::start);
    if (hook == kNoTask || !is_planned(hook) || !is_body_released()) return Ok{};
    return conflict("the start hook runs again only when it has failed or was cancelled");
  }

  // Once the planned changes are made, does the rule of this task still let it run?
  bool keeps_its_ground(Run& after, TaskIndex task) const {
    TaskRun& state = after.tasks[task];
    state.upstream = {};
    for (const TaskIndex upstream : dag_.tasks[task].upstream) {
      if (after.tasks[upstream].pruned) continue;
      ++state.upstream.total;
      state.upstream.add(after.tasks[upstream].state);
    }
    return decide_trigger(dag_, after, task) == TriggerVerdict::Kind::run;
  }

  Run after_changes() const {
    Run after = run_;
    for (const PlannedChange& change : changes_) {
      if (!change.live) after.tasks[change.task].state = change.to;
    }
    return after;
  }

  Status add_unfounded() {
    Run after = after_changes();
    // No further ones follow: what has not ended counts for nobody.
    const std::size_t planned = changes_.size();
    for (std::size_t i = 0; i < planned; ++i) {
      const PlannedChange change = changes_[i];
      if (change.live || change.task >= dag_.task_count) continue;
      for (const TaskIndex task : dag_.tasks[change.task].downstream) {
        const TaskRun& state = run_.tasks[task];
        if (is_planned(task) || is_terminal(state.state) || state.state == TaskState::waiting ||
            state.on_stop || keeps_its_ground(after, task)) {
          continue;
        }
        if (is_live(state.state)) {
          return conflict(
              fmt::format("{} is {} and began on the end of {}; choose it too, which stops it, or "
                          "wait for its end",
                          id(task), to_word(state.state), id(change.task)));
        }
        reset(task, Why::unfounded, change.task);
      }
    }
    return Ok{};
  }

  Status add_closing_hooks() {
    for (TaskIndex task = dag_.task_count; task < dag_.tasks.size(); ++task) {
      if (dag_.tasks[task].hook == HookKind::start) continue;
      if (is_live(run_.tasks[task].state)) {
        return conflict(
            fmt::format("{} is {}; wait for its end", id(task), to_word(run_.tasks[task].state)));
      }
      reset(task, Why::hook, kNoTask);
    }
    return Ok{};
  }

  const Dag& dag_;
  const Run& run_;
  std::vector<PlannedChange> changes_;
  std::vector<std::size_t> place_;  // by task: position in changes_ + 1; 0 = not planned
  std::vector<TaskIndex> body_;     // every ordinary task, once it was asked for
};

}  // namespace

Result<ClearPlan> plan_clear(const Dag& dag, const Run& run, const std::vector<TaskIndex>& chosen,
                             ClearReach reach) {
  ChangePlanner planner(dag, run);
  TRY(planner.check_run());
  TRY(planner.check_chosen(chosen));
  if (chosen.empty() && reach != ClearReach::failed) return invalid("choose at least one task");
  if (reach == ClearReach::failed) {
    const std::vector<TaskIndex> failed = planner.failed_of(chosen);
    if (failed.empty()) return conflict("nothing to do: no such task failed or was cancelled");
    for (const TaskIndex task : failed) planner.reset(task, Why::chosen, kNoTask);
    planner.spread_failure(failed);
  } else {
    for (const TaskIndex task : chosen) planner.reset(task, Why::chosen, kNoTask);
    planner.spread_all(chosen, reach);
  }
  return planner.finish("no such task has begun or ended, or it is being cleared already");
}

Result<ClearPlan> plan_mark(const Dag& dag, const Run& run, const std::vector<TaskIndex>& chosen,
                            TaskState to) {
  if (to != TaskState::succeeded && to != TaskState::skipped && to != TaskState::failed) {
    return invalid(
        fmt::format("a task can be marked succeeded, skipped or failed, not {}", to_word(to)));
  }
  ChangePlanner planner(dag, run);
  TRY(planner.check_run());
  TRY(planner.check_chosen(chosen));
  if (chosen.empty()) return invalid("choose at least one task");
  std::vector<TaskIndex> ended;
  for (const TaskIndex task : chosen) {
    if (task >= dag.task_count) return conflict("a hook cannot be marked");
    planner.mark(task, to);
    const TaskState before = run.tasks[task].state;
    if (is_terminal(before) && before != to) ended.push_back(task);
  }
  if (to != TaskState::failed) planner.spread_failure(ended);
  return planner.finish(
      fmt::format("every such task is {} already, or is being marked so", to_word(to)));
}

std::string describe(const Dag& dag, const PlannedChange& change) {
  const std::string because = change.because == kNoTask ? "" : dag.tasks[change.because].id;
  switch (change.why) {
    case Why::chosen:
      return "chosen";
    case Why::downstream:
      return "downstream of " + because;
    case Why::upstream:
      return "upstream of " + because;
    case Why::upstream_failed:
      return "did not run because of " + because;
    case Why::unfounded:
      return "must wait for " + because + " again";
    case Why::hook:
      return "hooks run again with the run";
  }
  UNREACHABLE();
}

std::string_view to_word(ClearReach reach) {
  switch (reach) {
    case ClearReach::only:
      return "only";
    case ClearReach::downstream:
      return "downstream";
    case ClearReach::upstream:
      return "upstream";
    case ClearReach::both:
      return "both";
    case ClearReach::failed:
      return "failed";
  }
  UNREACHABLE();
}

std::optional<ClearReach> clear_reach_from(std::string_view word) {
  for (const ClearReach reach : kReaches) {
    if (to_word(reach) == word) return reach;
  }
  return std::nullopt;
}

}  // namespace tidemill
