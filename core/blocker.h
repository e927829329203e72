// One reason why a ready task is not granted, as data. core/explain.h makes the sentence of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace tidemill {

// A live attempt that has what somebody waits for.
struct Holder {
  RunId run;
  TaskIndex task = 0;
  WorkerId worker;
  std::int64_t amount = 0;        // in the blocker's unit
  std::optional<BootTime> since;  // when it was granted; none = before this scheduler started
};

struct Blocker {
  enum class Kind {
    none,            // nothing: it is granted next, or it is not in the queue
    paused,          // granting is paused; what = why
    no_worker,       // no worker is connected
    draining,        // every worker is draining
    no_label,        // no worker has the labels; what = those that are missing, by comma
    too_big,         // no worker is large enough even when idle; what = slots cpu memory gpu
    pool_unknown,    // what = pool
    pool_too_small,  // what = pool
    pool_full,       // what = pool
    run_full,        // max_active_tasks of its run
    no_slot,         // all slots of the possible workers are taken
    resources,       // slots are free, but not this resource; what = cpu memory gpu
    reserved,        // it would fit, but an older task keeps the room; what = pool, or empty
    behind_others,   // it would fit after the tasks before it were granted
  };
  Kind kind = Kind::none;
  std::string what;
  // Units: slots; tasks (run_full); thousandths of a core, bytes or devices for a resource.
  std::int64_t needed = 0;
  std::int64_t in_use = 0;
  std::int64_t total = 0;   // of the pool, the run or the possible workers together; too_big: of
                            // the largest worker
  std::size_t workers = 0;  // how many could run it
  std::size_t ahead = 0;    // ready tasks before it that wait for the same
  std::size_t longer_ahead = 0;   // of those, ready later than it, but with a longer way ahead
  std::vector<Holder> holders;    // oldest first; reserved: the task that has the reservation
  std::optional<BootTime> since;  // when the task became ready
};

}  // namespace tidemill
