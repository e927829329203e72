// What people do to runs: pause, clear, mark, hurry, and taking up again what has ended.
#include "scheduler/engine.h"

namespace tidemill {

Result<LiveRun*> Engine::to_change(RunId run) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) {
    return not_found(fmt::format("run {} is not under way", run.value));
  }
  LiveRun& live = found->second;
  // Its end is not committed yet, so it must not be taken back.
  if (is_terminal(live.run.state) && !looked_at_.contains(run)) {
    return unavailable(fmt::format("run {} ends at this very moment; ask again", run.value));
  }
  return &live;
}

Status Engine::control(LiveRun& live, const Event& event, Now now) {
  hurry(Duration{});
  const Transition transition = apply(live, event, now);
  if (transition.verdict == Transition::Verdict::applied) return Ok{};
  return conflict(fmt::format("run {}: {}", live.run.id.value, transition.note));
}

Status Engine::pause(RunId run, const std::string& by, const std::string& reason, Now now) {
  LiveRun* live = TRY(to_change(run));
  return control(*live, event::Pause{by, reason}, now);
}

Status Engine::resume(RunId run, const std::string& by, const std::string& reason, Now now) {
  LiveRun* live = TRY(to_change(run));
  // It may have waited for just that.
  unsettled_dags_.insert(live->dag->name);
  return control(*live, event::Resume{by, reason}, now);
}

Result<ClearPlan> Engine::clear(RunId run, const std::vector<TaskIndex>& tasks, ClearReach reach,
                                const std::string& by, const std::string& reason, Now now) {
  LiveRun* live = TRY(to_change(run));
  ClearPlan plan = TRY(plan_clear(*live->dag, live->run, tasks, reach));
  TRY(control(*live, event::Clear{tasks, reach, by, reason}, now));
  return plan;
}

Result<ClearPlan> Engine::mark(RunId run, const std::vector<TaskIndex>& tasks, TaskState to,
                               const std::string& by, const std::string& reason, Now now) {
  LiveRun* live = TRY(to_change(run));
  ClearPlan plan = TRY(plan_mark(*live->dag, live->run, tasks, to));
  TRY(control(*live, event::Mark{tasks, to, by, reason}, now));
  return plan;
}

Status Engine::hurry(RunId run, const std::vector<TaskIndex>& tasks, const std::string& by,
                     const std::string& reason, Now now) {
  LiveRun* live = TRY(to_change(run));
  return control(*live, event::Hurry{tasks, by, reason}, now);
}

Status Engine::reopen(const StoredRun& stored, DagPtr dag, Now now) {
  const RunId run = stored.row.id;
  if (is_live(run)) return Ok{};
  if (!is_terminal(stored.row.state)) {
    return unavailable(fmt::format("run {} ends at this very moment; ask again", run.value));
  }
  LiveRun live = TRY(live_run_from(stored, std::move(dag), now));
  TRY(open_params(live));
  versions_[{live.dag->name, live.dag->content_hash}] = stored.row.version;
  recall(live, now);
  adopt(std::move(live));
  looked_at_.insert(run);
  // The next seal() forgets it, unless it goes on by then.
  ended_.push_back(run);
  hurry(Duration{});
  return Ok{};
}

}  // namespace tidemill
