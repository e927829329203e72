#include "scheduler/out_of_reach.h"

#include <fmt/format.h>

namespace tidemill {
namespace {

std::string what_happens(const KnownWorker& worker, Dag::OnPartition policy, Now now) {
  const auto end = Engine::lease_end(worker);
  if (!end) return "it is taken up when the worker is back";
  if (policy == Dag::OnPartition::go_on) {
    return "it goes on there (on_partition: continue) and nothing takes its place until the worker "
           "is back or somebody gives the worker up";
  }
  const Duration left = std::max(*end - now.boot, Duration{});
  return fmt::format("the lease ends in {}, then it counts as lost and is tried again elsewhere",
                     format_duration(left));
}

}  // namespace

std::optional<std::string> out_of_reach(const Engine& engine, const LiveRun& live, TaskIndex task,
                                        Now now) {
  const TaskState state = live.run.tasks[task].state;
  if (state != TaskState::dispatched && state != TaskState::running) return std::nullopt;
  const auto& workers = engine.workers().all();
  const auto found = workers.find(live.grants[task].worker);
  if (found == workers.end()) return std::nullopt;
  const KnownWorker& worker = found->second;
  const WorkerState at = engine.state_of(worker, now);
  if (at == WorkerState::connected || at == WorkerState::draining) return std::nullopt;
  return fmt::format("{} is on worker {}, which was not heard for {} (since {}): {}",
                     live.dag->tasks[task].id, worker.row.name,
                     format_duration(now.boot - worker.last_heard), format_rfc3339(worker.heard_at),
                     what_happens(worker, live.dag->on_partition, now));
}

Explanation explain_live_task(const Engine& engine, const LiveRun& live, TaskIndex task, Now now) {
  Explanation why = explain_task(*live.dag, live.run, task, &engine.placement(), now);
  auto first = out_of_reach(engine, live, task, now);
  if (!first) return why;
  why.details.insert(why.details.begin(), std::move(why.sentence));
  why.sentence = std::move(*first);
  return why;
}

}  // namespace tidemill
