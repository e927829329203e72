// The instants of one schedule that are due and undecided, at a cost that does not grow with the
// time since anybody looked.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/schedule.h"

namespace tidemill {

// One schedule, and how many questions were put to it.
struct ScheduleWalk {
  const Schedule& schedule;
  const Zone& zone;
  std::size_t& steps;

  std::optional<WallTime> next(WallTime after) const;
  std::optional<WallTime> previous(WallTime instant) const;
  // The first `limit` instants in (after, until].
  std::vector<WallTime> first(WallTime after, WallTime until, std::size_t limit) const;
  // The last `limit` of more than `limit` instants in (after, until].
  std::vector<WallTime> newest(WallTime after, WallTime until, std::size_t limit) const;
};

struct DueInstants {
  // Older ones, when there are more than get a decision of their own.
  struct Block {
    WallTime first, last;
    std::int64_t count = 0;
    bool counted_all = true;
  };
  std::optional<Block> block;
  std::vector<WallTime> instants;  // rising, all after the block
  std::optional<WallTime> before;  // the instant before the first of all
};

// What is due in (decided_until, now]: the newest `rows` of it one by one, the rest as a block that
// is counted up to `counted`.
DueInstants due_instants(const ScheduleWalk& walk, WallTime decided_until, WallTime now,
                         std::size_t rows, std::size_t counted);

}  // namespace tidemill
