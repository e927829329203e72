#include "core/alert/alert_machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/golden.h"

namespace tidemill {
namespace {

using Kind = AlertEffect::Kind;
using alert_event::Acknowledge;
using alert_event::Cover;
using alert_event::Raise;
using alert_event::Recover;
using alert_event::Repair;
using alert_event::Resolve;
using alert_event::Snooze;
using alert_event::Unacknowledge;
using alert_event::Uncover;
using alert_event::Wake;
using std::chrono::hours;
using std::chrono::minutes;

constexpr WallTime kStart{1'795'300'000'000'000};

EscalationPolicy policy() {
  EscalationPolicy made;
  made.steps = {{{{NotifyTarget::Kind::channel, "chat"}}, minutes(5)},
                {{{NotifyTarget::Kind::rotation, "ml"}}, minutes(10)},
                {{{NotifyTarget::Kind::user, "ann"}}, {}}};
  made.acknowledged_for = hours(2);
  return made;
}

struct World {
  EscalationPolicy rules = policy();
  Alert alert;
  WallTime now = kStart;
  std::vector<AlertEffect> said;

  std::vector<AlertEffect> happens(const AlertEvent& event) {
    AlertStep step = advance_alert(alert, event, rules, now);
    alert = std::move(step.alert);
    for (const auto& effect : step.effects) said.push_back(effect);
    return step.effects;
  }
  void later(Duration d) {
    now = now + d;
    happens(Wake{});
  }
  std::size_t count(Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(said.begin(), said.end(), [kind](const auto& e) { return e.kind == kind; }));
  }
};

Raise failure(std::string signature = "s1", std::uint64_t run = 1) {
  return {AlertFact::failed, AlertSeverity::error, std::move(signature), run};
}

TEST(AlertMachine, ClimbsOneStepAfterTheOtherUntilSomebodyTakesIt) {
  World world;
  world.happens(failure());
  EXPECT_EQ(world.count(Kind::tell), 1U);
  world.later(minutes(4));
  EXPECT_EQ(world.count(Kind::tell), 1U);
  world.later(minutes(1));
  EXPECT_EQ(world.count(Kind::tell), 2U);
  world.happens(Acknowledge{"ann", "looking"});
  EXPECT_EQ(world.alert.state, AlertState::acknowledged);
  EXPECT_EQ(world.count(Kind::cancel), 1U);
  EXPECT_EQ(world.count(Kind::tell_taken), 1U);
  world.later(hours(1));
  EXPECT_EQ(world.count(Kind::tell), 2U);
  world.later(hours(1));
  EXPECT_EQ(world.alert.state, AlertState::firing) << "the acknowledgement ran out";
  EXPECT_EQ(world.count(Kind::tell), 3U);
}

TEST(AlertMachine, AHundredFailuresOfOneCauseTellOnce) {
  World world;
  for (int i = 0; i < 100; ++i) world.happens(failure("s1", 1 + static_cast<std::uint64_t>(i)));
  EXPECT_EQ(world.count(Kind::tell), 1U);
  EXPECT_EQ(world.alert.count, 100U);
  EXPECT_EQ(world.alert.first_run, 1U);
  EXPECT_EQ(world.alert.last_run, 100U);
}

TEST(AlertMachine, RepeatsBecomeADigest) {
  World world;
  world.happens(failure());
  world.later(minutes(5));
  world.later(minutes(10));
  EXPECT_EQ(world.alert.timer, AlertTimer::digest);
  for (int i = 0; i < 7; ++i) world.happens(failure());
  world.later(hours(4));
  ASSERT_EQ(world.said.back().kind, Kind::digest);
  EXPECT_EQ(world.said.back().count, 7U);
  world.later(hours(4));
  EXPECT_EQ(world.count(Kind::digest), 1U) << "nothing new, nothing said";
}

// The file of alerts changed meanwhile.
TEST(AlertMachine, ADigestThatThePolicyNoLongerWantsIsTheLast) {
  World world;
  world.happens(failure());
  world.later(minutes(5));
  world.later(minutes(10));
  ASSERT_EQ(world.alert.timer, AlertTimer::digest);
  world.rules.digest_every = {};
  world.later(hours(4));
  EXPECT_EQ(world.alert.timer, AlertTimer::none);
}

TEST(AlertMachine, FailedAndLateIsOneAlert) {
  World world;
  world.happens(failure());
  world.happens(Acknowledge{"ann", ""});
  world.happens(Raise{AlertFact::late, AlertSeverity::error, "", 1});
  EXPECT_EQ(world.alert.state, AlertState::acknowledged) << "the deadline is no other failure";
  EXPECT_EQ(world.alert.facts, (std::vector{AlertFact::failed, AlertFact::late}));
}

TEST(AlertMachine, AnAcknowledgementBindsToTheFailureThatWasSeen) {
  World world;
  world.happens(failure("no such column"));
  world.happens(Acknowledge{"ann", "", {}, "no such column"});
  world.happens(failure("no such column"));
  EXPECT_EQ(world.alert.state, AlertState::acknowledged);
  world.happens(failure("out of memory"));
  EXPECT_EQ(world.alert.state, AlertState::firing);
  world.happens(Acknowledge{"ann", "from an old mail", {}, "no such column"});
  EXPECT_EQ(world.alert.state, AlertState::firing) << "nobody has seen this failure yet";
}

TEST(AlertMachine, AFailureAfterARepairIsNews) {
  World world;
  world.happens(failure());
  world.happens(Acknowledge{"ann", ""});
  world.happens(Repair{"ann"});
  EXPECT_EQ(world.alert.state, AlertState::acknowledged);
  world.happens(failure());
  EXPECT_EQ(world.alert.state, AlertState::firing);
  EXPECT_EQ(world.count(Kind::tell), 2U);
}

TEST(AlertMachine, AnEndWinsOverALateAcknowledgement) {
  World world;
  world.happens(failure());
  world.happens(Recover{2});
  EXPECT_EQ(world.count(Kind::tell_ended), 1U);
  const auto effects = world.happens(Acknowledge{"ann", ""});
  EXPECT_EQ(world.alert.state, AlertState::resolved);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(effects[0].kind, Kind::note);
}

TEST(AlertMachine, TheSuccessOfAnEarlierRunResolvesNothing) {
  World world;
  world.happens(failure("s1", 9));
  world.happens(Recover{8});
  EXPECT_EQ(world.alert.state, AlertState::firing);
  world.happens(Recover{9});
  EXPECT_EQ(world.alert.state, AlertState::resolved) << "the same run, repaired";
}

TEST(AlertMachine, ReopensWithinTheWindowAndIsNewAfterIt) {
  World world;
  world.happens(failure("s1", 1));
  world.happens(Recover{2});
  world.now = world.now + hours(23);
  world.happens(failure("s1", 3));
  EXPECT_EQ(world.alert.reopened, 1U);
  EXPECT_EQ(world.alert.first_run, 1U);
  world.happens(Resolve{"ann", "done"});
  world.now = world.now + hours(25);
  world.happens(failure("s1", 4));
  EXPECT_EQ(world.alert.reopened, 0U);
  EXPECT_EQ(world.alert.first_run, 4U);
}

TEST(AlertMachine, WhatIsCoveredPagesNobodyButItsEndPasses) {
  World world;
  world.happens(failure());
  world.happens(Cover{"maintenance"});
  EXPECT_EQ(world.alert.state, AlertState::suppressed);
  world.later(hours(10));
  world.happens(failure("another"));
  EXPECT_EQ(world.count(Kind::tell), 1U);
  World copy = world;
  copy.happens(Recover{5});
  EXPECT_EQ(copy.count(Kind::tell_ended), 1U);
  world.happens(Uncover{});
  EXPECT_EQ(world.alert.state, AlertState::firing);
  EXPECT_EQ(world.count(Kind::tell), 2U);
}

TEST(AlertMachine, ASnoozeEndsByItselfAndOutlivesTheAcknowledgement) {
  World world;
  world.happens(failure());
  world.happens(Acknowledge{"ann", ""});
  world.happens(Snooze{"ann", "after lunch", world.now + hours(5)});
  world.later(hours(3));
  EXPECT_EQ(world.alert.state, AlertState::snoozed);
  world.later(hours(2));
  EXPECT_EQ(world.alert.state, AlertState::firing);
}

TEST(AlertMachine, AMoreUrgentSeverityIsNews) {
  World world;
  world.happens(Raise{AlertFact::will_be_late, AlertSeverity::warning, "", 1});
  world.happens(Acknowledge{"ann", ""});
  world.happens(Raise{AlertFact::late, AlertSeverity::critical, "", 1});
  EXPECT_EQ(world.alert.state, AlertState::firing);
  EXPECT_EQ(world.alert.severity, AlertSeverity::critical);
}

// --- every event in every state, as a golden file ---

std::vector<std::pair<std::string, AlertEvent>> all_events() {
  return {{"Raise, same", failure()},
          {"Raise, other signature", failure("s2", 2)},
          {"Raise, more urgent", Raise{AlertFact::late, AlertSeverity::critical, "", 1}},
          {"Recover", Recover{3}},
          {"Recover, earlier run", Recover{1}},
          {"Repair", Repair{"bob"}},
          {"Acknowledge", Acknowledge{"bob", "", hours(1)}},
          {"Acknowledge, older failure", Acknowledge{"bob", "", {}, "s0"}},
          {"Unacknowledge", Unacknowledge{"bob"}},
          {"Snooze", Snooze{"bob", "", kStart + hours(9)}},
          {"Snooze, in the past", Snooze{"bob", "", kStart}},
          {"Resolve", Resolve{"bob", ""}},
          {"Cover", Cover{"silence 7"}},
          {"Uncover", Uncover{}},
          {"Wake, nothing due", Wake{}}};
}

World in_state(AlertState state) {
  World world;
  world.happens(failure("s1", 2));
  switch (state) {
    case AlertState::firing:
      break;
    case AlertState::acknowledged:
      world.happens(Acknowledge{"ann", ""});
      break;
    case AlertState::snoozed:
      world.happens(Snooze{"ann", "", kStart + hours(8)});
      break;
    case AlertState::suppressed:
      world.happens(Cover{"maintenance"});
      break;
    case AlertState::resolved:
      world.happens(Recover{2});
      break;
  }
  world.now = world.now + minutes(1);
  return world;
}

std::string_view word_of(Kind kind) {
  constexpr std::string_view kWords[] = {"tell",       "cancel", "tell_taken",
                                         "tell_ended", "digest", "note"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string answer(AlertState from, const AlertEvent& event) {
  World world = in_state(from);
  const auto effects = world.happens(event);
  std::string text = fmt::format("{} -> {}", to_word(from), to_word(world.alert.state));
  if (from == world.alert.state) text = fmt::format("{} stays", to_word(from));
  for (const auto& effect : effects) {
    text += fmt::format("; {}", word_of(effect.kind));
    if (!effect.text.empty()) text += fmt::format(" \"{}\"", effect.text);
  }
  if (world.alert.timer == AlertTimer::none) return text + "; no timer";
  return text + fmt::format("; timer {} in {}", to_word(world.alert.timer),
                            format_duration(world.alert.due_at - world.now));
}

TEST(AlertMachine, TheWholeMatrix) {
  std::string text;
  for (const auto& [name, event] : all_events()) {
    text += name + "\n";
    for (int i = 0; i < 5; ++i) text += "  " + answer(static_cast<AlertState>(i), event) + "\n";
  }
  test::expect_golden("alert_machine.txt", text);
}

// --- what holds after any history ---

void check(const World& world) {
  const Alert& alert = world.alert;
  if (alert.state == AlertState::resolved || alert.state == AlertState::suppressed) {
    ASSERT_EQ(alert.timer, AlertTimer::none) << "it would page somebody";
  }
  if (alert.state == AlertState::snoozed) {
    ASSERT_EQ(alert.timer, AlertTimer::snooze_over) << "it would sleep for ever";
  }
  if (alert.state == AlertState::acknowledged) {
    ASSERT_EQ(alert.timer, AlertTimer::acknowledgement_over);
    ASSERT_FALSE(alert.by.empty());
  }
  if (alert.state == AlertState::firing) {
    ASSERT_TRUE(alert.timer == AlertTimer::escalate || alert.timer == AlertTimer::digest);
  }
}

TEST(AlertMachine, NothingPagesAfterSomebodyTookItInAnyHistory) {
  const auto events = all_events();
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    World world;
    for (int i = 0; i < 60; ++i) {
      world.now = world.now + minutes(random() % 40);
      const AlertState before = world.alert.state;
      const auto effects = world.happens(events[random() % events.size()].second);
      const bool told = std::any_of(effects.begin(), effects.end(),
                                    [](const auto& e) { return e.kind == Kind::tell; });
      ASSERT_TRUE(!told || world.alert.state == AlertState::firing) << "seed " << seed;
      const bool left = before == AlertState::firing && world.alert.state != AlertState::firing;
      const bool cancelled = std::any_of(effects.begin(), effects.end(),
                                         [](const auto& e) { return e.kind == Kind::cancel; });
      ASSERT_TRUE(!left || cancelled) << "messages of an alert that is taken, seed " << seed;
      if (world.alert.state_since.us != 0) check(world);
    }
  }
}

}  // namespace
}  // namespace tidemill
