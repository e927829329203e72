// Backfills: their slots become runs, a few at a time.
#include "scheduler/catalog.h"

namespace tidemill {
namespace {

std::vector<SlotProgress> progress_slots(const std::vector<BackfillSlotRow>& slots) {
  std::vector<SlotProgress> progress;
  for (const BackfillSlotRow& row : slots) progress.push_back({row.slot.state, row.run_state});
  return progress;
}

InstantRow instant_of(const BackfillRow& backfill, const BackfillSlotRow& row, WallTime now) {
  InstantRow instant;
  instant.dag = backfill.dag;
  instant.schedule_key = backfill.schedule_key;
  instant.instant = row.slot.instant;
  instant.label = row.slot.label;
  instant.interval_start = row.slot.interval_start;
  instant.interval_end = row.slot.interval_end;
  instant.decision = Decision::run;
  instant.run = row.run;
  instant.reason = fmt::format("backfill {}", backfill.id);
  instant.decided_at = now;
  instant.write = InstantRow::Write::by_backfill;
  return instant;
}

}  // namespace

Catalog::Purpose Catalog::purpose_of(const BackfillRow& backfill, const BackfillSlot& slot) {
  Purpose purpose;
  purpose.trigger = TriggerKind::backfill;
  purpose.origin = backfill.created_by;
  purpose.instant = slot.instant;
  purpose.interval_start = slot.interval_start;
  purpose.interval_end = slot.interval_end;
  purpose.backfill = backfill.id;
  // They were checked when the backfill was made; what is no object now is none.
  const auto params = parse_json(backfill.params);
  if (params.ok() && params->is_object()) purpose.params = params->as_object();
  return purpose;
}

Status Catalog::load_backfill(BackfillRow row) {
  Backfill& backfill = backfills_[row.id];
  backfill.row = std::move(row);
  backfill.slots = TRY(reader_.slots(backfill.row.id));
  for (std::size_t i = 0; i < backfill.slots.size(); ++i) {
    const BackfillSlotRow& slot = backfill.slots[i];
    if (slot.run && !is_terminal(slot.run_state)) {
      backfill_runs_[slot.run] = {backfill.row.id, i};
    }
  }
  return Ok{};
}

Result<std::int64_t> Catalog::start_backfill(BackfillRow row, const BackfillPlan& plan,
                                             Engine& engine, Now now) {
  Entry* entry = TRY(find_runnable(row.dag));
  row.request.until = plan.until;
  look_at(*entry, engine, now);
  row.id = next_backfill_++;
  row.created_at = now.wall;
  Backfill& backfill = backfills_[row.id];
  backfill.row = std::move(row);
  for (const BackfillSlot& slot : plan.slots) {
    BackfillSlotRow slot_row;
    slot_row.backfill = backfill.row.id;
    slot_row.position = std::ssize(backfill.slots);
    slot_row.slot = slot;
    backfill.slots.push_back(slot_row);
    rows_.new_slots.push_back(std::move(slot_row));
  }
  rows_.backfills.push_back(backfill.row);
  const std::int64_t id = backfill.row.id;
  backfills_due_ = true;
  look_at_backfills(engine, now);
  return id;
}

void Catalog::look_at_backfills(Engine& engine, Now now) {
  if (!std::exchange(backfills_due_, false)) return;
  for (auto at = backfills_.begin(); at != backfills_.end();) {
    Backfill& backfill = at->second;
    advance_backfill(backfill, engine, now);
    if (!progress_of(progress_slots(backfill.slots)).done()) {
      ++at;
      continue;
    }
    backfill.row.state = BackfillRow::State::done;
    backfill.row.ended_at = now.wall;
    rows_.backfills.push_back(backfill.row);
    at = backfills_.erase(at);
  }
}

void Catalog::advance_backfill(Backfill& backfill, Engine& engine, Now now) {
  const auto entry = find_runnable(backfill.row.dag);
  if (!entry.ok()) return;  // the file is broken or gone for now; looked at again when it is back
  const auto positions = next_slots(progress_slots(backfill.slots),
                                    backfill.row.request.max_parallel, frozen(now.wall));
  for (const std::size_t position : positions) {
    BackfillSlotRow& row = backfill.slots[position];
    const auto run = start_run(**entry, purpose_of(backfill.row, row.slot), engine, now);
    if (run.ok()) {
      row.slot.state = SlotState::run;
      row.run = *run;
      row.run_state = RunState::queued;
      backfill_runs_[*run] = {backfill.row.id, position};
      rows_.instants.push_back(instant_of(backfill.row, row, now.wall));
    } else {
      row.slot.state = SlotState::skipped;
      row.slot.reason = "no run could be made: " + run.error().message;
      backfills_due_ = true;
    }
    rows_.slots.push_back(row);
  }
}

Status Catalog::cancel_backfill(std::int64_t id, const std::string& by, const std::string& reason,
                                bool cancel_runs, Engine& engine, Now now) {
  const auto found = backfills_.find(id);
  if (found == backfills_.end()) {
    return conflict(fmt::format("backfill {} is not open: it has ended or never was", id));
  }
  Backfill& backfill = found->second;
  for (BackfillSlotRow& row : backfill.slots) {
    if (row.slot.state == SlotState::waiting) {
      row.slot.state = SlotState::cancelled;
      row.slot.reason = "the backfill was cancelled by " + by;
      rows_.slots.push_back(row);
    } else if (cancel_runs && row.run && engine.is_live(row.run)) {
      TRY(engine.cancel(row.run, by, reason, Engine::Force::no, now));
    }
    backfill_runs_.erase(row.run);
  }
  backfill.row.state = BackfillRow::State::cancelled;
  backfill.row.reason = by + (reason.empty() ? "" : ": " + reason);
  backfill.row.ended_at = now.wall;
  rows_.backfills.push_back(backfill.row);
  backfills_.erase(found);
  return Ok{};
}

}  // namespace tidemill
