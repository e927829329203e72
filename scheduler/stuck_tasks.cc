#include "scheduler/stuck_tasks.h"

#include "core/explain.h"

namespace tidemill {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(1);

// That no worker is connected, or that all are draining, passes or is told elsewhere.
bool is_for_good(Blocker::Kind kind) {
  return kind == Blocker::Kind::no_label || kind == Blocker::Kind::too_big ||
         kind == Blocker::Kind::pool_too_small || kind == Blocker::Kind::pool_unknown;
}

}  // namespace

std::vector<std::string> StuckTasks::look(const Engine& engine, Now now) {
  const Placement& placement = engine.placement();
  if (placement.ready_count() == 0) {
    next_look_.reset();
    return {};
  }
  if (next_look_ && now.boot < *next_look_) return {};
  next_look_ = now.boot + kLookEvery;
  std::vector<std::string> notes;
  for (const auto& [run, task, since] : placement.stuck()) {
    if (now.boot - since < kPatience || told_.contains({run, task})) continue;
    if (!is_for_good(placement.why_waiting(run, task, now.boot).kind)) continue;
    told_.insert({run, task});
    const LiveRun* live = engine.find(run);
    notes.push_back(waiting_note(*live->dag, live->run, task, placement, now));
  }
  return notes;
}

}  // namespace tidemill
