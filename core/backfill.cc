#include "core/backfill.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tidemill {
namespace {

Status check_request(const BackfillRequest& request) {
  if (request.from >= request.until) {
    return invalid(
        fmt::format("the range from {} to {} is empty; the end must come after the start",
                    format_rfc3339(request.from), format_rfc3339(request.until)));
  }
  if (request.max_parallel < 1) return invalid("max_parallel must be at least 1");
  return Ok{};
}

// Instants in [from, until) that are due by now.
Result<std::vector<WallTime>> instants_of(const Schedule& schedule, const Zone& zone,
                                          const BackfillRequest& request, WallTime now) {
  const WallTime last = std::min(request.until - kTick, now);
  auto instants = due_between(schedule, zone, request.from - kTick, last, kMostBackfillSlots + 1);
  if (instants.size() <= kMostBackfillSlots) return instants;
  return invalid(fmt::format(
      "the range has more than {} instants, the first {} of which end at {}; make several "
      "backfills",
      kMostBackfillSlots, kMostBackfillSlots, format_rfc3339(instants.back())));
}

bool runs_again(RunState state, Reprocess reprocess) {
  if (!is_terminal(state)) return false;
  switch (reprocess) {
    case Reprocess::none:
      return false;
    case Reprocess::failed:
      return state == RunState::failed || state == RunState::cancelled;
    case Reprocess::all:
      return true;
  }
  UNREACHABLE();
}

void heed_run(BackfillSlot& slot, const InstantRun& run, Reprocess reprocess) {
  if (runs_again(run.state, reprocess)) {
    slot.reason = fmt::format("run {} {}", run.run.value,
                              run.state == RunState::cancelled ? "was cancelled"
                              : run.state == RunState::partial ? "ended partial"
                                                               : to_word(run.state));
    return;
  }
  slot.state = SlotState::skipped;
  slot.reason = is_terminal(run.state)
                    ? fmt::format("run {} of this instant is {}, and reprocess is {}",
                                  run.run.value, to_word(run.state), to_word(reprocess))
                    : fmt::format("run {} of this instant is still {}", run.run.value,
                                  to_word(run.state));
}

std::vector<BackfillSlot> slots_of(const Schedule& schedule, const Zone& zone,
                                   const std::vector<WallTime>& instants) {
  std::vector<BackfillSlot> slots;
  if (instants.empty()) return slots;
  std::optional<WallTime> before = previous_due(schedule, zone, instants.front());
  for (const WallTime instant : instants) {
    BackfillSlot slot;
    slot.instant = slot.interval_end = instant;
    slot.interval_start = before.value_or(instant);
    slot.label = local_label(zone, instant);
    slots.push_back(std::move(slot));
    before = instant;
  }
  return slots;
}

void count(BackfillProgress& progress, RunState state) {
  switch (state) {
    case RunState::queued:
      ++progress.queued;
      return;
    case RunState::running:
      ++progress.running;
      return;
    case RunState::succeeded:
      ++progress.succeeded;
      return;
    case RunState::partial:
      ++progress.partial;
      return;
    case RunState::failed:
      ++progress.failed;
      return;
    case RunState::cancelled:
      ++progress.cancelled;
      return;
  }
  UNREACHABLE();
}

void count(BackfillProgress& progress, const SlotProgress& slot) {
  switch (slot.state) {
    case SlotState::waiting:
      ++progress.waiting;
      return;
    case SlotState::run:
      return count(progress, slot.run_state);
    case SlotState::skipped:
      ++progress.skipped;
      return;
    case SlotState::cancelled:
      ++progress.dropped;
      return;
  }
  UNREACHABLE();
}

}  // namespace

Result<BackfillPlan> plan_backfill(const Schedule& schedule, const Zone& zone,
                                   const BackfillRequest& request,
                                   const std::vector<InstantRun>& runs, WallTime now) {
  TRY(check_request(request));
  BackfillPlan plan;
  plan.until = std::min(request.until, std::max(now + kTick, request.from + kTick));
  plan.slots = slots_of(schedule, zone, TRY(instants_of(schedule, zone, request, now)));
  std::map<WallTime, const InstantRun*> by_instant;
  for (const InstantRun& run : runs) by_instant[run.instant] = &run;
  for (BackfillSlot& slot : plan.slots) {
    const auto run = by_instant.find(slot.instant);
    if (run != by_instant.end()) heed_run(slot, *run->second, request.reprocess);
    ++(slot.state == SlotState::skipped ? plan.skipped : plan.to_run);
  }
  if (request.order == BackfillOrder::newest_first) {
    std::reverse(plan.slots.begin(), plan.slots.end());
  }
  plan.words = plan_words(plan, request, now);
  return plan;
}

std::vector<std::size_t> next_slots(const std::vector<SlotProgress>& slots, int max_parallel,
                                    bool frozen) {
  std::vector<std::size_t> chosen;
  if (frozen) return chosen;
  std::size_t unfinished = progress_of(slots).unfinished();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (unfinished >= static_cast<std::size_t>(std::max(max_parallel, 0))) break;
    if (slots[i].state != SlotState::waiting) continue;
    chosen.push_back(i);
    ++unfinished;
  }
  return chosen;
}

BackfillProgress progress_of(const std::vector<SlotProgress>& slots) {
  BackfillProgress progress;
  progress.total = slots.size();
  for (const SlotProgress& slot : slots) count(progress, slot);
  return progress;
}

}  // namespace tidemill
