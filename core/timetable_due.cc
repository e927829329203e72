#include "core/timetable_due.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "core/timetable.h"

namespace tidemill {
namespace {

// What a probe may hold more than was asked for, so that few probes are needed.
constexpr std::size_t kProbeSlack = 4;

std::int64_t count_intervals(Duration every, WallTime first, WallTime last) {
  return (last - first) / every + 1;
}

DueInstants::Block block_of(const ScheduleWalk& walk, WallTime first, WallTime decided_until,
                            WallTime end, std::size_t counted) {
  const auto last = walk.previous(end);
  CHECK(last && *last >= first);
  DueInstants::Block block{first, *last, 0, true};
  if (walk.schedule.kind == Schedule::Kind::every) {
    block.count = count_intervals(walk.schedule.every, first, *last);
    return block;
  }
  const auto seen = walk.first(decided_until, *last, counted);
  block.count = static_cast<std::int64_t>(seen.size());
  block.counted_all = seen.back() == *last;
  return block;
}

}  // namespace

std::optional<WallTime> ScheduleWalk::next(WallTime after) const {
  ++steps;
  return next_due(schedule, zone, after);
}

std::optional<WallTime> ScheduleWalk::previous(WallTime instant) const {
  ++steps;
  return previous_due(schedule, zone, instant);
}

std::vector<WallTime> ScheduleWalk::first(WallTime after, WallTime until, std::size_t limit) const {
  std::vector<WallTime> found;
  while (found.size() < limit) {
    const auto due = next(after);
    if (!due || *due > until) break;
    found.push_back(*due);
    after = *due;
  }
  return found;
}

// Guesses where they begin by the density of the first ones, then halves the range. Instants are
// distinct, so between a start with too many and one with too few lies one that is right.
std::vector<WallTime> ScheduleWalk::newest(WallTime after, WallTime until,
                                           std::size_t limit) const {
  const std::vector<WallTime> head = first(after, until, limit + 1);
  CHECK(head.size() == limit + 1);
  const std::size_t most = limit * kProbeSlack;
  WallTime too_many = after;
  WallTime too_few = until;
  WallTime probe = until - (head.back() - head.front()) * 3 / 2;
  if (probe <= after || probe >= until) probe = {std::midpoint(after.us, until.us)};
  while (true) {
    const std::vector<WallTime> found = first(probe, until, most + 1);
    if (found.size() >= limit && found.size() <= most) {
      return {found.end() - static_cast<std::ptrdiff_t>(limit), found.end()};
    }
    (found.size() < limit ? too_few : too_many) = probe;
    CHECK(too_few - too_many > kTick);
    probe = {std::midpoint(too_many.us, too_few.us)};
  }
}

DueInstants due_instants(const ScheduleWalk& walk, WallTime decided_until, WallTime now,
                         std::size_t rows, std::size_t counted) {
  DueInstants due;
  due.instants = walk.first(decided_until, now, rows + 1);
  if (due.instants.empty()) return due;
  const WallTime first = due.instants.front();
  // Usually the last decision was about the instant before.
  const bool decided_last = walk.next(decided_until - kTick) == decided_until;
  due.before = decided_last ? std::optional(decided_until) : walk.previous(first);
  if (due.instants.size() <= rows) return due;
  due.instants = walk.newest(decided_until, now, rows);
  due.block = block_of(walk, first, decided_until, due.instants.front(), counted);
  return due;
}

}  // namespace tidemill
