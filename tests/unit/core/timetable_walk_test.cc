// A scheduler that lives through outages, suspends and steps of the clock, against a naive walk
// through time: every instant has one decision, none runs twice, and the runs are exactly those
// that the policy names.
#include <gtest/gtest.h>

#include "tests/support/naive_cron.h"

namespace tidemill {
namespace {

using sim::Random;
using testing::at;
using testing::input_of;
using testing::naive_instants;
using testing::NaiveCron;
using testing::random_cron;
using Mode = Catchup::Mode;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct ZoneYear {
  const char* zone;
  const char* spring;  // a moment shortly before each change of the clock
  const char* autumn;
};
constexpr std::array<ZoneYear, 8> kZones = {{
    {"Europe/Berlin", "2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"},
    {"Europe/London", "2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"},
    {"America/New_York", "2026-03-08T06:00:00Z", "2026-11-01T05:00:00Z"},
    {"America/St_Johns", "2026-03-08T05:00:00Z", "2026-11-01T04:00:00Z"},
    {"America/Santiago", "2026-09-06T03:00:00Z", "2026-04-05T02:00:00Z"},
    {"Australia/Lord_Howe", "2026-10-03T15:00:00Z", "2026-04-04T14:00:00Z"},
    {"Pacific/Auckland", "2026-09-26T13:00:00Z", "2026-04-04T13:00:00Z"},
    {"Africa/Cairo", "2026-04-23T21:00:00Z", "2026-10-29T20:00:00Z"},
}};

// What a database would hold, and a scheduler on top that can be lost at any moment.
class World {
 public:
  World(const NaiveCron& cron, const std::string& zone, DstPolicy dst, Mode mode, WallTime now)
      : input_(input_of(testing::cron_schedule(cron.text(), zone, dst), now, mode)),
        stored_until_(now) {
    input_.max_active_runs = 1'000'000;
  }

  TimetableInput& input() { return input_; }
  const std::map<WallTime, Decision>& rows() const { return rows_; }
  const std::map<WallTime, int>& runs() const { return runs_; }
  const ZonePtr& zone() const { return input_.schedules[0].zone; }

  // Looks once; what is planned is committed.
  TimetablePlan look(WallTime now) {
    TimetablePlan plan = plan_timetable(input_, now);
    if (plan.reload) {
      restart(now);
      plan = plan_timetable(input_, now);
      EXPECT_FALSE(plan.reload);
    }
    for (const InstantDecision& one : plan.decisions) commit(one);
    stored_until_ = plan.decided_until[0];
    follow(plan, input_.schedules);
    return plan;
  }

  // Looks whenever it was told to, until `until`.
  void live(WallTime& now, WallTime until) {
    while (now < until) now = std::min(until, look(now).look_again);
    look(now);
  }

  // Everything in memory is lost; the state comes from the rows as the reader would give it.
  void restart(WallTime now) {
    ScheduleState& state = input_.schedules[0];
    stored_until_ = state.decided_until = std::min(stored_until_, now);
    state.decided = {rows_.upper_bound(state.decided_until), rows_.end()};
  }

 private:
  void commit(const InstantDecision& one) {
    ASSERT_FALSE(one.is_block());
    const auto [row, fresh] = rows_.emplace(one.instant, one.decision);
    ASSERT_EQ(one.replaces, !fresh) << format_rfc3339(one.instant);
    if (!fresh) {
      ASSERT_NE(row->second, Decision::run) << "a run was decided again";
      ASSERT_EQ(one.decision, Decision::run);
      row->second = Decision::run;
    }
    if (one.decision == Decision::run) ++runs_[one.instant];
  }

  TimetableInput input_;
  WallTime stored_until_;
  std::map<WallTime, Decision> rows_;
  std::map<WallTime, int> runs_;
};

// Where two lists of times part; empty when they are the same.
std::string difference(const std::vector<WallTime>& got, const std::vector<WallTime>& expected) {
  const auto [a, b] = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
  if (a == got.end() && b == expected.end()) return "";
  const auto name = [](const auto& one, const auto& end) {
    return one == end ? std::string("the end") : format_rfc3339(*one);
  };
  return fmt::format("{} where {} was expected, after {} that agree", name(a, got.end()),
                     name(b, expected.end()), a - got.begin());
}

std::vector<WallTime> keys(const std::map<WallTime, Decision>& rows) {
  std::vector<WallTime> times;
  for (const auto& [t, decision] : rows) times.push_back(t);
  return times;
}

std::vector<WallTime> runs_in(const std::map<WallTime, Decision>& rows) {
  std::vector<WallTime> times;
  for (const auto& [t, decision] : rows) {
    if (decision == Decision::run) times.push_back(t);
  }
  return times;
}

// The policy in its plainest form: what should run of `due` when it is first looked at `now`.
std::vector<WallTime> expected_runs(const std::vector<WallTime>& due, WallTime now, Mode mode,
                                    std::size_t cap, Duration window = {}) {
  std::vector<WallTime> on_time, late;
  for (const WallTime t : due) {
    if (now - t <= kOnTime) {
      on_time.push_back(t);
    } else if (window.count() == 0 || now - t <= window) {
      late.push_back(t);
    }
  }
  std::size_t keep = 0;
  if (mode == Mode::latest && on_time.empty()) keep = 1;
  if (mode == Mode::all) keep = cap;
  if (late.size() > keep) late.erase(late.begin(), late.end() - static_cast<std::ptrdiff_t>(keep));
  late.insert(late.end(), on_time.begin(), on_time.end());
  return late;
}

DstPolicy random_policy(Random& random) {
  return {random.percent(50) ? DstPolicy::Gap::run_after : DstPolicy::Gap::skip,
          random.percent(50) ? DstPolicy::Fold::first : DstPolicy::Fold::both};
}

Mode mode_of(std::int64_t n) {
  return n % 3 == 0 ? Mode::none : n % 3 == 1 ? Mode::latest : Mode::all;
}

TEST(TimetableWalk, EveryInstantAroundAChangeOfTheClockRunsOnce) {
  Random random(7);
  for (const ZoneYear& place : kZones) {
    for (const char* change : {place.spring, place.autumn}) {
      for (int i = 0; i < 12; ++i) {
        const NaiveCron cron = random_cron(random);
        const DstPolicy dst = random_policy(random);
        const WallTime begin = at(change) - hours(random.between(1, 20));
        const WallTime end = at(change) + hours(30);
        World world(cron, place.zone, dst, Mode::none, begin);
        WallTime now = begin;
        world.live(now, end);
        const auto expected = naive_instants(cron, *world.zone(), dst, begin + minutes(1),
                                             end + minutes(1));
        ASSERT_EQ(difference(runs_in(world.rows()), expected), "")
            << place.zone << " " << cron.text() << " from " << format_rfc3339(begin);
        for (const auto& [t, count] : world.runs()) ASSERT_EQ(count, 1) << format_rfc3339(t);
      }
    }
  }
}

TEST(TimetableWalk, AnOutageOfAnyLengthRunsWhatThePolicySays) {
  constexpr std::array<Duration, 9> kOutages = {seconds(29), minutes(1), minutes(7),
                                                hours(1),    hours(12),  days(1),
                                                days(3),     days(9),    days(30)};
  Random random(8);
  for (const Duration outage : kOutages) {
    for (std::int64_t i = 0; i < 30; ++i) {
      const NaiveCron cron = random_cron(random);
      const DstPolicy dst = random_policy(random);
      const ZoneYear& place = kZones[static_cast<std::size_t>(random.below(8))];
      const WallTime begin = at(random.percent(50) ? place.spring : place.autumn) - hours(3);
      World world(cron, place.zone, dst, mode_of(i), begin);
      CatchUpPolicy& policy = world.input().catch_up;
      policy.rows = 1'000'000;
      policy.cap = static_cast<std::size_t>(random.between(1, 60));
      if (random.percent(30)) policy.window = hours(random.between(1, 200));
      WallTime now = begin;
      world.live(now, begin + hours(2) + seconds(random.below(3600)));
      const auto before = runs_in(world.rows());
      const WallTime down = now;
      now = now + outage;
      world.restart(now);
      world.look(now);

      const auto all = naive_instants(cron, *world.zone(), dst, begin + minutes(1),
                                      now + Duration(1));
      ASSERT_EQ(difference(keys(world.rows()), all), "") << cron.text();
      std::vector<WallTime> due;
      std::copy_if(all.begin(), all.end(), std::back_inserter(due),
                   [&](WallTime t) { return t > down; });
      auto expected = before;
      for (const WallTime t : expected_runs(due, now, policy.mode, policy.cap, policy.window)) {
        expected.push_back(t);
      }
      ASSERT_EQ(difference(runs_in(world.rows()), expected), "")
          << place.zone << " " << cron.text() << ", down from " << format_rfc3339(down) << " to "
          << format_rfc3339(now);
    }
  }
}

// Steps of ±1 h and ±1 day, a suspend of 12 h and restarts, in any order.
TEST(TimetableWalk, NoStepOfTheClockRunsAnythingTwiceOrLeavesAnythingUndecided) {
  Random random(9);
  for (std::int64_t i = 0; i < 120; ++i) {
    const NaiveCron cron = random_cron(random);
    const ZoneYear& place = kZones[static_cast<std::size_t>(i % 8)];
    const WallTime begin = at(i % 2 == 0 ? place.spring : place.autumn) - days(2);
    World world(cron, place.zone, {}, mode_of(i), begin);
    world.input().catch_up.rows = 1'000'000;
    WallTime now = begin;
    WallTime latest = begin;
    for (int step = 0; step < 8; ++step) {
      world.live(now, now + minutes(random.between(1, 600)));
      latest = std::max(latest, now);
      constexpr std::array<Duration, 6> kSteps = {hours(1), -hours(1), days(1),
                                                  -days(1), hours(12), seconds(-1)};
      now = std::max(begin, now + kSteps[static_cast<std::size_t>(random.below(6))]);
      if (random.percent(40)) world.restart(now);
      world.look(now);
      latest = std::max(latest, now);
    }
    ASSERT_EQ(
        difference(keys(world.rows()), naive_instants(cron, *world.zone(), {}, begin + minutes(1),
                                                      latest + Duration(1))),
        "")
        << place.zone << " " << cron.text();
    for (const auto& [t, count] : world.runs()) ASSERT_EQ(count, 1) << format_rfc3339(t);
  }
}

TEST(TimetableWalk, AfterAFalseJumpAheadTheSkippedDayStillRuns) {
  const NaiveCron cron{.minutes = {0}, .hours = {}, .days = {}, .weekdays = {}, .every_hour = true};
  const WallTime begin = at("2026-05-04T00:30:00Z");
  for (const Duration jump : {Duration(hours(1)), Duration(days(1)), Duration(days(30))}) {
    for (const Mode mode : {Mode::none, Mode::latest, Mode::all}) {
      World world(cron, "UTC", {}, mode, begin);
      WallTime now = begin;
      world.live(now, begin + hours(2));
      world.look(now + jump);
      world.live(now, begin + hours(26));
      for (int hour = 1; hour < 26; ++hour) {
        const WallTime due = at("2026-05-04T00:00:00Z") + hours(hour);
        const auto run = world.runs().find(due);
        ASSERT_NE(run, world.runs().end()) << format_rfc3339(due) << " was lost";
        ASSERT_EQ(run->second, 1);
      }
    }
  }
}

// The rows after a crash at any look, with the commit lost or kept, are those of an undisturbed
// life.
TEST(TimetableWalk, ACrashBetweenAnyTwoCommitsChangesNothing) {
  Random random(10);
  for (std::int64_t i = 0; i < 20; ++i) {
    const NaiveCron cron = random_cron(random);
    const WallTime begin = at(kZones[static_cast<std::size_t>(i % 8)].autumn) - hours(2);
    const auto life = [&](int crash, bool committed) {
      World world(cron, kZones[static_cast<std::size_t>(i % 8)].zone, {}, mode_of(i), begin);
      WallTime now = begin;
      int looks = 0;
      const auto step = [&] {
        if (looks++ == crash) {
          if (committed) world.look(now);
          world.restart(now);
        }
        return world.look(now).look_again;
      };
      const WallTime outage_at = begin + hours(1) + minutes(7);
      while (now < begin + hours(6)) {
        const WallTime next = step();
        now = now < outage_at && next >= outage_at ? outage_at + hours(2) : next;
      }
      return world.rows();
    };
    const auto undisturbed = life(-1, false);
    for (int crash = 0; crash < 500; crash += 7) {
      ASSERT_EQ(life(crash, false), undisturbed) << cron.text() << " crash at look " << crash;
      ASSERT_EQ(life(crash, true), undisturbed) << cron.text() << " crash after look " << crash;
    }
  }
}

}  // namespace
}  // namespace tidemill
