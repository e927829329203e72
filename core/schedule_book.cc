#include "core/schedule_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace tidemill {
namespace {

template <typename Values, typename Value>
std::string listed(const Values& values, Value value) {
  std::string text;
  for (const auto& item : values) text += fmt::format(" {}", value(item));
  return text;
}

constexpr auto kItself = [](const auto& value) { return std::int64_t{value}; };

// Every field by which a match is decided, and none that only says how it was written.
std::string cron_meaning(const Cron& c) {
  return fmt::format("cron {} {} {} {} {} {} {} {} {} {} {} {} {}{}", c.seconds, c.minutes, c.hours,
                     c.days_of_month, c.months, c.days_of_week, c.day_of_month_restricted,
                     c.day_of_week_restricted, c.last_day, c.last_business_day,
                     c.nearest_business_days, c.last_weekdays, c.follows_elapsed_time,
                     listed(c.nth_weekdays, kItself));
}

std::string zone_meaning(const Schedule& s) {
  return fmt::format("{} {} {} ", s.timezone, static_cast<int>(s.dst.gap),
                     static_cast<int>(s.dst.fold));
}

std::string meaning(const Schedule& s) {
  switch (s.kind) {
    case Schedule::Kind::cron:
      return zone_meaning(s) + cron_meaning(s.cron);
    case Schedule::Kind::every: {
      const std::int64_t every = s.every.count();
      const std::int64_t phase = (s.anchor.us % every + every) % every;
      return fmt::format("every {} {}", every, phase);
    }
    case Schedule::Kind::at:
      return "at" + listed(s.instants, [](WallTime t) { return t.us; });
    case Schedule::Kind::dates:
      return zone_meaning(s) + fmt::format("dates {}", s.time_of_day_s) + listed(s.dates, kItself);
    case Schedule::Kind::calendar:
      return zone_meaning(s) +
             fmt::format("calendar {} {}", static_cast<int>(s.calendar.days),
                         s.calendar.time_of_day_s) +
             listed(s.calendar.holidays, kItself);
  }
  UNREACHABLE();
}

const KnownSchedule* find(const std::vector<KnownSchedule>& known, const std::string& key) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const KnownSchedule& one) { return one.key == key; });
  return found == known.end() ? nullptr : &*found;
}

bool contains(const std::vector<ScheduleChange>& changes, const std::string& key) {
  return std::any_of(changes.begin(), changes.end(),
                     [&](const ScheduleChange& change) { return change.key == key; });
}

// The start itself is due, so the decided time ends just before it.
WallTime first_decided_until(const CatchUpPolicy& policy, bool new_dag, WallTime now) {
  if (!new_dag || policy.mode != Catchup::Mode::all || !policy.start) return now;
  return std::min(*policy.start - Duration(1), now);
}

}  // namespace

std::string schedule_key(const Schedule& schedule) {
  return fmt::format("{:016x}", hash64(meaning(schedule)));
}

std::string schedules_hash(const std::vector<Schedule>& schedules) {
  std::string keys;
  for (const Schedule& schedule : schedules) keys += schedule_key(schedule) + " ";
  return fmt::format("{:016x}", hash64(keys));
}

std::vector<ScheduleChange> compare_schedules(const std::vector<Schedule>& schedules,
                                              const CatchUpPolicy& policy,
                                              const std::vector<KnownSchedule>& known,
                                              WallTime now) {
  std::vector<ScheduleChange> changes;
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const std::string key = schedule_key(schedules[i]);
    if (contains(changes, key)) continue;
    const KnownSchedule* before = find(known, key);
    if (before != nullptr && before->active) {
      changes.push_back({ScheduleChange::Kind::goes_on, key, i, before->decided_until});
    } else {
      changes.push_back(
          {ScheduleChange::Kind::begins, key, i, first_decided_until(policy, known.empty(), now)});
    }
  }
  for (const KnownSchedule& one : known) {
    if (!one.active || contains(changes, one.key)) continue;
    changes.push_back({ScheduleChange::Kind::ends, one.key, 0, one.decided_until});
  }
  return changes;
}

}  // namespace tidemill
