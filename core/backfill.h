// A backfill: runs for the instants of one schedule in a range of the past, beside the timetable
// and with a limit of its own. It never moves the schedule on.
//
// The plan is the list of slots, one per instant, in the order in which they run. It is stored
// when the backfill is made, so that the dry run and the real one are the same list, whatever
// happens in between; the state of a backfill is the state of its slots, so stopping and going on
// need nothing else. Going on with what failed is a new backfill of the same range with
// Reprocess::failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "core/timetable.h"
#include "core/words.h"

namespace tidemill {

// Which instants that have a run already run again. Unfinished ones never do.
enum class Reprocess : std::uint8_t {
  none,
  failed,  // whose newest run failed or was cancelled
  all,
};
enum class BackfillOrder : std::uint8_t { oldest_first, newest_first };

std::string_view to_word(Reprocess reprocess);
std::string_view to_word(BackfillOrder order);
std::optional<Reprocess> reprocess_from(std::string_view word);
std::optional<BackfillOrder> backfill_order_from(std::string_view word);

struct BackfillRequest {
  WallTime from, until;  // [from, until); what is not due yet is left to the schedule
  Reprocess reprocess = Reprocess::none;
  BackfillOrder order = BackfillOrder::oldest_first;
  int max_parallel = 1;  // unfinished runs of this backfill, at least 1
};

// More instants than this are refused: make several backfills.
inline constexpr std::size_t kMostBackfillSlots = 10'000;

// The newest run of an instant.
struct InstantRun {
  WallTime instant;
  RunId run;
  RunState state = RunState::queued;
};

enum class SlotState : std::uint8_t { waiting, run, skipped, cancelled };
std::string_view to_word(SlotState state);
std::optional<SlotState> slot_state_from(std::string_view word);

struct BackfillSlot {
  WallTime instant;
  std::string label;  // on the schedule's clock
  WallTime interval_start, interval_end;
  SlotState state = SlotState::waiting;
  std::string reason;  // skipped: why; waiting: which older run it repeats, if any
};

struct BackfillPlan {
  std::vector<BackfillSlot> slots;  // in the order in which they run
  WallTime until;                   // the request's, cut at what is due: what is stored
  std::size_t to_run = 0, skipped = 0;
  std::string words;  // "28 instants run, 2 are skipped; …"
};

// The sentence of a plan; plan_backfill calls it.
std::string plan_words(const BackfillPlan& plan, const BackfillRequest& request, WallTime now);

// The dry run, which is also what is stored. `runs` in any order, at most one per instant. Errors
// (`invalid`) say what to change: an empty range, no parallel runs, too many instants.
Result<BackfillPlan> plan_backfill(const Schedule& schedule, const Zone& zone,
                                   const BackfillRequest& request,
                                   const std::vector<InstantRun>& runs, WallTime now);

// A stored slot and, once it has one, the state of its run.
struct SlotProgress {
  SlotState state = SlotState::waiting;
  RunState run_state = RunState::queued;
};

// Positions of the slots whose runs may be made now, in order. A freeze holds a backfill back; a
// pause of the dag does not, since the backfill was asked for by name.
std::vector<std::size_t> next_slots(const std::vector<SlotProgress>& slots, int max_parallel,
                                    bool frozen);

struct BackfillProgress {
  std::size_t total = 0, waiting = 0, queued = 0, running = 0;
  std::size_t succeeded = 0, partial = 0, failed = 0, cancelled = 0;  // runs that ended
  std::size_t skipped = 0, dropped = 0;  // slots without a run; dropped: by cancelling the backfill

  std::size_t unfinished() const { return queued + running; }
  std::size_t ended() const { return succeeded + partial + failed + cancelled; }
  bool done() const { return waiting == 0 && unfinished() == 0; }
};

BackfillProgress progress_of(const std::vector<SlotProgress>& slots);

// "12 of 30 runs ended: 11 succeeded, 1 failed; 2 running, 16 waiting; 4 instants skipped".
std::string in_words(const BackfillProgress& progress);

}  // namespace tidemill
