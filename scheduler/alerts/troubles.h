// Looks at what may be wrong with the scheduler itself: workers, the queue, the disk and the log of
// the database. Each is cheap when there is nothing to see. The scheduler's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/alert/trouble.h"
#include "scheduler/disk_watch.h"
#include "scheduler/engine.h"

namespace tidemill {

inline constexpr Duration kStuckAfter = std::chrono::minutes(15);

// One for each worker that was here since this scheduler began, or that has something to end: one
// that went for good before is nobody's trouble any more.
std::vector<Trouble> worker_troubles(const Engine& engine, Now now);

// Ready tasks that wait for kStuckAfter for what nobody has: a label, so much memory, any worker.
Trouble queue_trouble(const Engine& engine, Now now);

Trouble disk_trouble(const DiskWatch::Look& look);

// `bytes` of the write-ahead log, which is emptied as long as nobody holds it open; `held` at the
// last look.
Trouble log_trouble(std::uint64_t bytes, bool held);

}  // namespace tidemill
