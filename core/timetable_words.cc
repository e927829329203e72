#include "core/timetable_words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidemill {
namespace {

std::string lateness(WallTime instant, WallTime now) {
  return fmt::format("found due {} late", format_duration(now - instant));
}

std::string by_whom(const Hold& hold) {
  std::string words = hold.by.empty() ? "" : " by " + hold.by;
  if (!hold.reason.empty()) words += ": " + hold.reason;
  return words;
}

}  // namespace

std::string_view to_word(Catchup::Mode mode) {
  switch (mode) {
    case Catchup::Mode::none:
      return "none";
    case Catchup::Mode::latest:
      return "latest";
    case Catchup::Mode::all:
      return "all";
  }
  UNREACHABLE();
}

std::string caught_up_reason(WallTime instant, WallTime now, Catchup::Mode mode) {
  return fmt::format("{}; catchup is {}", lateness(instant, now), to_word(mode));
}

std::string missed_reason(WallTime instant, WallTime now, const CatchUpPolicy& policy) {
  if (policy.mode == Catchup::Mode::none) {
    return lateness(instant, now) + ", and catchup is none";
  }
  if (policy.window.count() > 0 && now - instant > policy.window) {
    return fmt::format("{}, which is more than the catch-up window of {}", lateness(instant, now),
                       format_duration(policy.window));
  }
  return lateness(instant, now) + ", and catchup is latest: a newer instant runs instead";
}

std::string capped_reason(const CatchUpPolicy& policy) {
  return fmt::format(
      "more were due than are caught up at once: the newest {} run; a backfill runs the others",
      policy.cap);
}

std::string waiting_capped_reason(std::size_t unfinished) {
  return fmt::format("{} of this dag wait or run already, and no more are added",
                     plural(static_cast<std::int64_t>(unfinished), "run"));
}

std::string hold_reason(const Hold& hold, WallTime instant) {
  const std::string_view what = hold.kind == Hold::Kind::paused ? "the dag was paused"
                                                                : "all schedules were frozen";
  if (hold.covers(instant)) return fmt::format("{}{}", what, by_whom(hold));
  return fmt::format("it was found late, when {}{}", what, by_whom(hold));
}

std::string backfill_reason(const OpenBackfill& backfill) {
  return fmt::format("backfill {} runs it", backfill.id);
}

std::string skip_reason(int max_active_runs) {
  return fmt::format(
      "{} of this dag {} not finished, which is max_active_runs, and on_overlap is skip",
      plural(max_active_runs, "run"), max_active_runs == 1 ? "is" : "are");
}

std::string newer_reason() {
  return "a newer instant was due at the same time and would have cancelled its run";
}

std::string replaced_reason() {
  return "given up while the clock was ahead, and due again now that it was set back";
}

std::string block_reason(const InstantDecision& block, const std::string& why) {
  return fmt::format("{}{} instants from {} to {}: {}", block.counted_all ? "" : "more than ",
                     block.count, format_rfc3339(block.instant), format_rfc3339(block.last), why);
}

}  // namespace tidemill
