#include "core/schedule.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/schedule_local.h"

namespace tidemill {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kFirstS = -62'135'596'800;    // 0001-01-01T00:00:00Z
constexpr std::int64_t kEndS = 253'370'764'800;      // 9999-01-01T00:00:00Z
constexpr std::int64_t kHorizonS = 146'097 * kDayS;  // 400 years
constexpr std::size_t kGapSamples = 500;

std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Differences of far-apart times do not fit into 64 bits, so the phase is taken of each alone.
std::optional<WallTime> next_interval(const Schedule& schedule, WallTime after) {
  const std::int64_t every = schedule.every.count();
  CHECK(every > 0);
  const std::int64_t phase = schedule.anchor.us - floor_div(schedule.anchor.us, every) * every;
  const std::int64_t period_begin = floor_div(after.us, every) * every;
  const std::int64_t due = period_begin + phase;
  return WallTime{due > after.us ? due : due + every};
}

std::optional<WallTime> next_instant(const std::vector<WallTime>& instants, WallTime after) {
  const auto found = std::upper_bound(instants.begin(), instants.end(), after);
  return found == instants.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::int64_t> next_date(const std::vector<std::int32_t>& dates, std::int64_t from,
                                      std::int64_t until) {
  const auto found = std::lower_bound(dates.begin(), dates.end(), from);
  return found == dates.end() || *found >= until ? std::nullopt
                                                 : std::optional<std::int64_t>(*found);
}

// Turns a rule for days into one for local seconds: each such day at one time of day.
template <typename NextDay>
auto at_time_of_day(std::int32_t time_of_day_s, NextDay next_day) {
  return [=](std::int64_t from_s, std::int64_t until_s) -> std::optional<std::int64_t> {
    const std::int64_t from = floor_days(from_s - time_of_day_s - 1) + 1;
    const std::int64_t until = floor_days(until_s - time_of_day_s - 1) + 1;
    const auto day = next_day(from, until);
    return day ? std::optional(*day * kDayS + time_of_day_s) : std::nullopt;
  };
}

std::optional<std::int64_t> next_local_kind(const Schedule& schedule, const Zone& zone,
                                            std::int64_t from_s, std::int64_t until_s) {
  const auto search = [&](const auto& next_local, ClockChanges changes) {
    return next_in_zone(next_local, changes, zone, from_s, until_s);
  };
  const ClockChanges by_policy{.run_after_gap = schedule.dst.gap == DstPolicy::Gap::run_after,
                               .repeat_in_fold = schedule.dst.fold == DstPolicy::Fold::both};
  constexpr ClockChanges kElapsed{.run_after_gap = false, .repeat_in_fold = true};
  switch (schedule.kind) {
    case Schedule::Kind::cron:
      return search([&](std::int64_t from,
                        std::int64_t until) { return next_match(schedule.cron, from, until); },
                    schedule.cron.follows_elapsed_time ? kElapsed : by_policy);
    case Schedule::Kind::dates:
      return search(at_time_of_day(schedule.time_of_day_s,
                                   [&](std::int64_t from, std::int64_t until) {
                                     return next_date(schedule.dates, from, until);
                                   }),
                    by_policy);
    case Schedule::Kind::calendar:
      return search(at_time_of_day(schedule.calendar.time_of_day_s,
                                   [&](std::int64_t from, std::int64_t until) {
                                     return next_calendar_day(schedule.calendar, from, until);
                                   }),
                    by_policy);
    case Schedule::Kind::every:
    case Schedule::Kind::at:
      break;
  }
  UNREACHABLE();
}

}  // namespace

std::optional<WallTime> next_due(const Schedule& schedule, const Zone& zone, WallTime after) {
  if (schedule.kind == Schedule::Kind::at) return next_instant(schedule.instants, after);
  const std::int64_t from_s = std::max(floor_div(after.us, kSecondUs) + 1, kFirstS);
  if (from_s >= kEndS) return std::nullopt;
  if (schedule.kind == Schedule::Kind::every) {
    return next_interval(schedule, std::max(after, WallTime{kFirstS * kSecondUs}));
  }
  const std::int64_t until_s = std::min(from_s + kHorizonS, kEndS);
  const auto due = next_local_kind(schedule, zone, from_s, until_s);
  return due ? std::optional(WallTime{*due * kSecondUs}) : std::nullopt;
}

std::vector<WallTime> due_between(const Schedule& schedule, const Zone& zone, WallTime after,
                                  WallTime until, std::size_t limit) {
  std::vector<WallTime> due;
  while (due.size() < limit) {
    const auto next = next_due(schedule, zone, after);
    if (!next || *next > until) break;
    due.push_back(*next);
    after = *next;
  }
  return due;
}

// next_due(t) <= until holds for every t before the answer and for no t from it on, so halving the
// range finds it.
std::optional<WallTime> last_due(const Schedule& schedule, const Zone& zone, WallTime after,
                                 WallTime until) {
  const auto due_after = [&](WallTime t) {
    const auto next = next_due(schedule, zone, t);
    return next && *next <= until ? next : std::nullopt;
  };
  auto latest = due_after(after);
  WallTime none_from = until;
  while (latest && *latest < none_from) {
    const WallTime middle{std::midpoint(latest->us, none_from.us)};
    if (const auto later = due_after(middle)) {
      latest = later;
    } else if (middle == *latest) {
      break;
    } else {
      none_from = middle;
    }
  }
  return latest;
}

std::optional<Duration> shortest_gap(const Schedule& schedule, const Zone& zone, WallTime from) {
  constexpr WallTime kForever{std::numeric_limits<std::int64_t>::max()};
  const std::vector<WallTime> due = due_between(schedule, zone, from, kForever, kGapSamples);
  std::optional<Duration> shortest;
  for (std::size_t i = 1; i < due.size(); ++i) {
    const Duration gap = due[i] - due[i - 1];
    shortest = shortest ? std::min(*shortest, gap) : gap;
  }
  return shortest;
}

}  // namespace tidemill
