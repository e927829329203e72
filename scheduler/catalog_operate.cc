// What operators say: pause, freeze, trigger, backfill.
#include "base/text.h"
#include "core/params.h"
#include "core/timetable_words.h"
#include "scheduler/catalog.h"

namespace tidemill {
namespace {

constexpr int kMostHeld = 10'000;

}  // namespace

Status Catalog::pause(const std::string& dag, const std::string& by, const std::string& reason,
                      Engine& engine, Now now) {
  Entry* entry = TRY(find(dag));
  if (entry->row.paused) {
    return conflict(fmt::format("{} is paused already, by {}", dag, entry->row.paused_by));
  }
  // What is due by now is decided before the pause begins.
  look_at(*entry, engine, now);
  entry->row.paused = true;
  entry->row.paused_by = by;
  entry->row.paused_reason = reason;
  entry->row.paused_at = now.wall;
  keep(*entry);
  return Ok{};
}

Result<std::vector<HeldInstant>> Catalog::held(const Entry& entry, Decision decision,
                                               WallTime from) {
  auto held = TRY(reader_.held(entry.row.name, decision, from, kMostHeld));
  // Decided in this turn and not written yet.
  for (const InstantRow& row : rows_.instants) {
    if (row.dag != entry.row.name || row.decision != decision || row.instant < from) continue;
    held.push_back({row.schedule_key, row.instant, row.decision});
  }
  return held;
}

Result<std::string> Catalog::release(Entry& entry, Decision decision, WallTime from,
                                     Release release, Engine& engine, Now now) {
  if (entry.dag == nullptr) return std::string("nothing runs: the dag has no good version");
  const auto instants = TRY(held(entry, decision, from));
  const ReleasePlan plan = plan_release(input_of(entry, engine), instants, release, now.wall);
  for (const InstantDecision& run : plan.runs) {
    // A decision that was not written yet is replaced where it stands.
    std::erase_if(rows_.instants, [&](const InstantRow& row) {
      return row.dag == run.dag && row.schedule_key == run.schedule_key &&
             row.instant == run.instant;
    });
    carry_out(entry, run, engine, now);
  }
  return plan.words;
}

Result<std::string> Catalog::unpause(const std::string& dag, Release what, const std::string& by,
                                     Engine& engine, Now now) {
  Entry* entry = TRY(find(dag));
  if (!entry->row.paused) return conflict(dag + " is not paused");
  (void)by;
  look_at(*entry, engine, now);
  const WallTime since = entry->row.paused_at;
  entry->row.paused = false;
  entry->row.paused_by.clear();
  entry->row.paused_reason.clear();
  entry->row.paused_at = {};
  keep(*entry);
  std::string words = TRY(release(*entry, Decision::paused, since, what, engine, now));
  look_again(*entry, now.wall);
  return words;
}

Result<std::string> Catalog::ask_release(const std::string& dag, Engine& engine, Now now) {
  Entry* entry = TRY(find_runnable(dag));
  if (!entry->row.paused) return conflict(dag + " is not paused");
  return release_question(input_of(*entry, engine),
                          TRY(held(*entry, Decision::paused, entry->row.paused_at)), now.wall);
}

Result<std::int64_t> Catalog::freeze(const std::string& by, const std::string& reason,
                                     std::optional<WallTime> until, Release after, Engine& engine,
                                     Now now) {
  if (reason.empty()) return invalid("reason: say why everything stops; others will read it");
  if (until && *until <= now.wall) return invalid("until: this moment has passed");
  for (auto& [name, entry] : entries_) look_at(entry, engine, now);
  FreezeRow row;
  row.id = next_freeze_++;
  row.from = now.wall;
  row.until = until.value_or(WallTime{});
  row.reason = reason;
  row.created_by = by;
  row.after = after;
  rows_.freezes.push_back(row);
  freezes_[row.id] = row;
  return row.id;
}

Status Catalog::lift_freeze(std::int64_t id, const std::string& by, Engine& engine, Now now) {
  const auto found = freezes_.find(id);
  if (found == freezes_.end()) return not_found(fmt::format("there is no freeze {} now", id));
  for (auto& [name, entry] : entries_) look_at(entry, engine, now);
  found->second.lifted_at = now.wall;
  found->second.lifted_by = by;
  rows_.freezes.push_back(found->second);
  settle_freezes(engine, now);
  return Ok{};
}

void Catalog::settle_freezes(Engine& engine, Now now) {
  for (auto at = freezes_.begin(); at != freezes_.end();) {
    FreezeRow& row = at->second;
    const bool over = row.lifted_at.us != 0 || (row.until.us != 0 && row.until <= now.wall);
    if (!over) {
      ++at;
      continue;
    }
    const FreezeRow done = [&] {
      FreezeRow copy = row;
      copy.settled = true;
      return copy;
    }();
    at = freezes_.erase(at);
    for (auto& [name, entry] : entries_) {
      const auto words = release(entry, Decision::frozen, done.from, done.after, engine, now);
      if (!words.ok()) note_trouble("after the freeze, " + name, words.error());
      look_again(entry, now.wall);
    }
    rows_.freezes.push_back(done);
  }
}

bool Catalog::frozen(WallTime now) const {
  return std::any_of(freezes_.begin(), freezes_.end(),
                     [&](const auto& entry) { return hold_of(entry.second).covers(now); });
}

// People may start runs of what is paused; other programs may not.
Status Catalog::refuse_held(const Entry& entry, const Engine& engine, Now now) const {
  const TimetableInput input = input_of(entry, engine);
  for (const Hold& hold : input.holds) {
    if (hold.covers(now.wall)) return conflict("no run is made: " + hold_reason(hold, now.wall));
  }
  const auto unfinished = static_cast<std::size_t>(input.unfinished_runs);
  if (unfinished < input.catch_up.max_waiting) return Ok{};
  return conflict("no run is made: " + waiting_capped_reason(unfinished));
}

Result<Catalog::Triggered> Catalog::trigger(const Trigger& what, Engine& engine, Now now) {
  if (!what.key.empty()) {
    std::optional<IdempotencyRow> known = TRY(reader_.idempotency(what.scope, what.key));
    for (const IdempotencyRow& row : rows_.idempotency_keys) {
      if (row.scope == what.scope && row.key == what.key) known = row;
    }
    if (known && known->body_hash != what.body_hash) {
      return conflict(
          fmt::format("the idempotency key was used before with another body, for "
                      "run {}; use a new key for a new request",
                      known->run.value));
    }
    if (known) return Triggered{known->run, true};
  }
  Entry* entry = TRY(find_runnable(what.dag));
  if (what.kind == TriggerKind::webhook) TRY(refuse_held(*entry, engine, now));
  const RunId run = TRY(
      start_run(*entry, {what.kind, what.origin, {}, {}, {}, what.params, 0}, engine, now));
  if (!what.key.empty()) {
    rows_.idempotency_keys.push_back({what.scope, what.key, what.body_hash, run, now.wall});
  }
  return Triggered{run, false};
}

}  // namespace tidemill
