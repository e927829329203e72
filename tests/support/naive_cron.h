// An oracle for schedules that shares nothing with the real ones but the zone's table: it walks
// through time minute by minute and asks each minute whether it matches.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/calendar.h"
#include "tests/sim/random.h"
#include "tests/support/timetable_fixture.h"

namespace tidemill::testing {

struct NaiveCron {
  std::set<int> minutes, hours, days, weekdays;  // the last three: empty = any
  bool every_hour = false;                       // written as *: follows elapsed time

  bool matches_day(std::int64_t day) const {
    const bool by_day = days.contains(static_cast<int>(to_date(day).day));
    const bool by_weekday = weekdays.contains(static_cast<int>(((day + 4) % 7 + 7) % 7));
    if (days.empty() && weekdays.empty()) return true;
    if (days.empty()) return by_weekday;
    if (weekdays.empty()) return by_day;
    return by_day || by_weekday;
  }
  bool matches(std::int64_t local_s) const {
    const std::int64_t day = floor_days(local_s);
    const auto minute = static_cast<int>((local_s - day * kDayS) / 60);
    return matches_day(day) && minutes.contains(minute % 60) &&
           (every_hour || hours.contains(minute / 60));
  }
  std::string text() const {
    const auto field = [](const std::set<int>& values) {
      if (values.empty()) return std::string("*");
      std::string listed;
      for (const int value : values) listed += (listed.empty() ? "" : ",") + std::to_string(value);
      return listed;
    };
    return fmt::format("{} {} {} * {}", field(minutes), every_hour ? "*" : field(hours),
                       field(days), field(weekdays));
  }
};

inline std::set<int> some_of(sim::Random& random, int low, int high, std::int64_t most) {
  std::set<int> values;
  for (std::int64_t n = random.between(1, most); n > 0; --n) {
    values.insert(static_cast<int>(random.between(low, high)));
  }
  return values;
}

inline NaiveCron random_cron(sim::Random& random) {
  NaiveCron cron;
  cron.minutes = some_of(random, 0, 59, random.percent(30) ? 12 : 2);
  cron.every_hour = random.percent(40);
  if (!cron.every_hour) cron.hours = some_of(random, 0, random.percent(60) ? 4 : 23, 4);
  if (random.percent(20)) cron.days = some_of(random, 1, 28, 5);
  if (random.percent(20)) cron.weekdays = some_of(random, 0, 6, 3);
  return cron;
}

// All instants in [from, until); `from` is a whole minute.
inline std::vector<WallTime> naive_instants(const NaiveCron& cron, const Zone& zone, DstPolicy dst,
                                            WallTime from, WallTime until) {
  constexpr std::int64_t kUs = 1'000'000;
  const std::int64_t begin_s = from.us / kUs;
  std::vector<WallTime> found;
  std::set<std::int64_t> shown;  // local minutes that the clock showed already
  // A day earlier, so that a repeated minute is known as such.
  std::int64_t before = zone.to_local(begin_s - kDayS - 60).s;
  for (std::int64_t s = begin_s - kDayS; s * kUs < until.us; s += 60) {
    const std::int64_t local = zone.to_local(s).s;
    const bool first_time = shown.insert(local).second;
    const bool repeats = cron.every_hour || dst.fold == DstPolicy::Fold::both;
    bool due = cron.matches(local) && (first_time || repeats);
    const bool heeds_gap = !cron.every_hour && dst.gap == DstPolicy::Gap::run_after;
    for (std::int64_t skipped = before + 60; heeds_gap && skipped < local; skipped += 60) {
      due = due || cron.matches(skipped);
    }
    if (due && s >= begin_s) found.push_back({s * kUs});
    before = local;
  }
  return found;
}

}  // namespace tidemill::testing
