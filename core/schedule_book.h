// Which schedules a dag has now, against those it had. A schedule is known by its key: what it
// means, not how it is written. An edit that changes the meaning ends the old schedule and begins a
// new one now; nothing is deleted, and going back to the old one begins now as well.
#pragma once

#include <string>
#include <vector>

#include "core/timetable.h"

namespace tidemill {

// 16 hex digits. The same for two schedules that are due at the same instants by the same rule.
std::string schedule_key(const Schedule& schedule);

// Of all schedules of a version, in order; what decides whether anything about time changed.
std::string schedules_hash(const std::vector<Schedule>& schedules);

struct KnownSchedule {
  std::string key;
  bool active = false;
  WallTime decided_until;
};

struct ScheduleChange {
  enum class Kind : std::uint8_t { begins, goes_on, ends } kind = Kind::begins;
  std::string key;
  std::size_t schedule = 0;  // position in Dag::schedules; of no meaning when it ends
  WallTime decided_until;
};

// One entry for each schedule of the version (a repeated one once) and for each one that ends.
std::vector<ScheduleChange> compare_schedules(const std::vector<Schedule>& schedules,
                                              const CatchUpPolicy& policy,
                                              const std::vector<KnownSchedule>& known,
                                              WallTime now);

}  // namespace tidemill
