// What earlier runs of a dag took, kept for the order among tasks of one run.
#include "scheduler/engine.h"

namespace tidemill {

void Engine::recall(LiveRun& live, Now now) {
  Past& past = pasts_[live.dag->name];
  if (past.content_hash == live.dag->content_hash) {
    live.ahead = past.ahead;
    if (!past.has_news || now.boot - past.asked_at < kPastIsFresh) return;
  } else {
    past = {};
    past.content_hash = live.dag->content_hash;
  }
  past.asked_at = now.boot;
  past.has_news = false;
  wanted_pasts_[live.dag->name] = live.dag;
}

void Engine::expect(const Dag& dag, const TaskHistory& history) {
  WayAhead ahead = way_ahead(dag, history);
  if (ahead.way.empty()) return;
  Past& past = pasts_[dag.name];
  past.content_hash = dag.content_hash;
  past.ahead = std::make_shared<const WayAhead>(std::move(ahead));
  for (auto& [id, live] : runs_) {
    const bool same = live.dag->name == dag.name && live.dag->content_hash == dag.content_hash;
    if (same && live.ahead == nullptr) order_by(live, past.ahead);
  }
}

void Engine::order_by(LiveRun& live, const std::shared_ptr<const WayAhead>& ahead) {
  live.ahead = ahead;
  for (TaskIndex task = 0; task < live.dag->task_count; ++task) {
    if (live.run.tasks[task].state != TaskState::ready) continue;
    // A paused run has ready tasks that are not queued.
    if (placement_.remove_ready(live.run.id, task)) placement_.add_ready(ready_task(live, task));
  }
}

std::vector<DagPtr> Engine::take_wanted_pasts() {
  std::vector<DagPtr> wanted;
  for (auto& [name, dag] : std::exchange(wanted_pasts_, {})) wanted.push_back(std::move(dag));
  return wanted;
}

}  // namespace tidemill
