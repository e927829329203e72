#include "scheduler/storage/timetable_rows.h"

#include "core/word_list.h"

namespace tidemill {
namespace {

constexpr std::array<std::string_view, 3> kDagStates = {"ok", "broken", "gone"};
constexpr std::array<std::string_view, 3> kBackfillStates = {"open", "done", "cancelled"};

}  // namespace

std::string_view to_word(DagRow::State state) { return word_in(kDagStates, state); }
std::string_view to_word(BackfillRow::State state) { return word_in(kBackfillStates, state); }
std::optional<DagRow::State> dag_state_from(std::string_view word) {
  return value_in<DagRow::State>(kDagStates, word);
}
std::optional<BackfillRow::State> backfill_state_from(std::string_view word) {
  return value_in<BackfillRow::State>(kBackfillStates, word);
}

InstantRow instant_row(const InstantDecision& decision, RunId run, WallTime now) {
  CHECK(!decision.is_block());
  CHECK((decision.decision == Decision::run) == static_cast<bool>(run));
  InstantRow row;
  row.dag = decision.dag;
  row.schedule_key = decision.schedule_key;
  row.instant = decision.instant;
  row.label = decision.label;
  row.interval_start = decision.interval_start;
  row.interval_end = decision.interval_end;
  row.decision = decision.decision;
  row.run = run;
  row.reason = decision.reason;
  row.decided_at = now;
  if (decision.replaces) row.write = InstantRow::Write::replaces;
  return row;
}

InstantBlockRow block_row(const InstantDecision& decision, WallTime now) {
  CHECK(decision.is_block());
  return {decision.dag,      decision.schedule_key, decision.instant,
          decision.last,     decision.count,        decision.counted_all,
          decision.decision, decision.reason,       now};
}

Hold hold_of(const FreezeRow& freeze) {
  Hold hold{Hold::Kind::frozen, freeze.from, std::nullopt, freeze.reason, freeze.created_by};
  if (freeze.until.us != 0) hold.until = freeze.until;
  if (freeze.lifted_at.us != 0 && (!hold.until || freeze.lifted_at < *hold.until)) {
    hold.until = freeze.lifted_at;
  }
  return hold;
}

}  // namespace tidemill
