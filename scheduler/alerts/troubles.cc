#include "scheduler/alerts/troubles.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/explain.h"

namespace tidemill {
namespace {

// A worker beside the scheduler is started again at once, and links break for moments.
constexpr Duration kAwayFor = std::chrono::seconds(30);
constexpr Duration kCalm = std::chrono::minutes(1);
// At rest it is a few MiB; the writer keeps it below 64 MiB unless it cannot.
constexpr std::uint64_t kLogTooLarge = 256ull << 20;
constexpr std::uint64_t kLogSmallAgain = 128ull << 20;

bool is_here(WorkerState state) {
  return state == WorkerState::connected || state == WorkerState::draining;
}

Trouble worker_trouble(const Engine& engine, const KnownWorker& worker, Now now) {
  const WorkerState state = engine.state_of(worker, now);
  Trouble trouble;
  trouble.key = {"", "", "worker:" + worker.row.name};
  trouble.holds = !is_here(state);
  trouble.fact = AlertFact::worker_lost;
  trouble.severity = worker.live > 0 ? AlertSeverity::error : AlertSeverity::warning;
  trouble.patience = state == WorkerState::lost ? Duration{} : kAwayFor;
  trouble.calm = kCalm;
  if (!trouble.holds) return trouble;
  trouble.what = fmt::format(
      "worker {} is not heard since {}: {}", worker.row.name, format_rfc3339(worker.heard_at),
      worker.live > 0 ? plural(worker.live, "task") + " of it cannot be seen" : "it runs nothing");
  return trouble;
}

// The pool is full, and nobody has come to hold a slot of it for long.
bool is_jammed(const Blocker& blocker, Now now) {
  return std::all_of(blocker.holders.begin(), blocker.holders.end(), [now](const Holder& holder) {
    return !holder.since || now.boot - *holder.since >= kStuckAfter;
  });
}

bool is_stuck(const Blocker& blocker, Now now) {
  switch (blocker.kind) {
    case Blocker::Kind::no_worker:
    case Blocker::Kind::draining:
    case Blocker::Kind::no_label:
    case Blocker::Kind::too_big:
    case Blocker::Kind::pool_unknown:
    case Blocker::Kind::pool_too_small:
      return true;
    case Blocker::Kind::pool_full:
      return is_jammed(blocker, now);
    case Blocker::Kind::none:
    case Blocker::Kind::paused:
    case Blocker::Kind::run_full:
    case Blocker::Kind::no_slot:
    case Blocker::Kind::resources:
    case Blocker::Kind::reserved:
    case Blocker::Kind::behind_others:
      return false;
  }
  UNREACHABLE();
}

std::string stuck_note(const Engine& engine, const Placement::Stuck& task, Now now) {
  const LiveRun* live = engine.find(task.run);
  if (live == nullptr) return "";
  return fmt::format("{} in run {}: {}", live->dag->name, task.run.value,
                     waiting_note(*live->dag, live->run, task.task, engine.placement(), now));
}

}  // namespace

std::vector<Trouble> worker_troubles(const Engine& engine, Now now) {
  std::vector<Trouble> found;
  for (const auto& [id, worker] : engine.workers().all()) {
    if (worker.build.empty() && worker.live == 0) continue;
    found.push_back(worker_trouble(engine, worker, now));
  }
  return found;
}

Trouble queue_trouble(const Engine& engine, Now now) {
  Trouble trouble;
  trouble.key = {"", "", "queue"};
  trouble.fact = AlertFact::stuck;
  trouble.calm = kCalm;
  const Placement& placement = engine.placement();
  if (placement.ready_count() == 0) return trouble;
  std::size_t kinds = 0;
  for (const Placement::Stuck& task : placement.first_of_each_kind()) {
    if (now.boot - task.since < kStuckAfter) continue;
    if (!is_stuck(placement.why_waiting(task.run, task.task, now.boot), now)) continue;
    if (kinds++ == 0) trouble.what = stuck_note(engine, task, now);
  }
  trouble.holds = kinds > 0;
  if (kinds > 1) trouble.what += fmt::format(" (and {} more like it)", kinds - 1);
  return trouble;
}

Trouble disk_trouble(const DiskWatch::Look& look) {
  Trouble trouble;
  trouble.key = {"", "", "disk"};
  trouble.holds = look.low;  // which does not flap by itself
  trouble.fact = AlertFact::disk_low;
  trouble.severity = AlertSeverity::critical;
  trouble.what = fmt::format(
      "the disk is nearly full: {} free of {}, {} wanted; nothing new is started until there is",
      format_bytes(look.space.free), format_bytes(look.space.total), format_bytes(look.wanted));
  return trouble;
}

Trouble log_trouble(std::uint64_t bytes, bool held) {
  Trouble trouble;
  trouble.key = {"", "", "database_log"};
  trouble.holds = bytes > (held ? kLogSmallAgain : kLogTooLarge);
  trouble.fact = AlertFact::log_growing;
  trouble.severity = AlertSeverity::warning;
  trouble.patience = trouble.calm = kCalm;
  trouble.what = fmt::format("the write-ahead log of the database has {} and is not emptied",
                             format_bytes(bytes));
  return trouble;
}

}  // namespace tidemill
