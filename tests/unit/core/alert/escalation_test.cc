#include "core/alert/escalation.h"

#include <gtest/gtest.h>

#include "tests/support/at.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::at;

NotifyTarget user(std::string name) { return {NotifyTarget::Kind::user, std::move(name)}; }
const WallTime kNoon = at("2026-11-22T12:00:00Z");

TEST(Escalation, TellsEverythingUpToThePause) {
  EscalationPolicy policy;
  policy.steps = {{{user("a")}, {}}, {{user("b")}, minutes(5)}, {{user("c")}, {}}};
  const auto first = escalate(policy, 0, 0, AlertSeverity::error, kNoon);
  ASSERT_EQ(first.tell.size(), 2U);
  EXPECT_EQ(first.wait, minutes(5));
  const auto second = escalate(policy, first.step, first.round, AlertSeverity::error, kNoon);
  ASSERT_EQ(second.tell.size(), 1U);
  EXPECT_EQ(second.tell[0].step, 2U);
  EXPECT_EQ(second.wait, std::nullopt);
}

TEST(Escalation, RepeatsAsOftenAsItSays) {
  EscalationPolicy policy;
  policy.steps = {{{user("a")}, minutes(5)}};
  policy.repeat = 2;
  std::size_t told = 0;
  EscalationMove move;
  do {
    move = escalate(policy, move.step, move.round, AlertSeverity::error, kNoon);
    told += move.tell.size();
  } while (move.wait);
  EXPECT_EQ(told, 3U);
}

TEST(Escalation, PassesOverWhatIsNotUrgentEnough) {
  EscalationPolicy policy;
  policy.steps = {{{user("phone")}, minutes(5), AlertSeverity::critical}, {{user("chat")}, {}}};
  const auto error = escalate(policy, 0, 0, AlertSeverity::error, kNoon);
  ASSERT_EQ(error.tell.size(), 1U);
  EXPECT_EQ(error.tell[0].step, 1U) << "and does not wait for it either";
  const auto critical = escalate(policy, 0, 0, AlertSeverity::critical, kNoon);
  EXPECT_EQ(critical.tell[0].step, 0U);
}

TEST(Escalation, HoursAreThoseOfItsZoneAlsoOverMidnight) {
  EscalationPolicy policy;
  policy.zone = load_zone("America/New_York").value();
  EscalationStep night{{user("night")}, {}, AlertSeverity::info, 22 * 3600, 6 * 3600};
  EXPECT_TRUE(applies(night, policy, AlertSeverity::error, at("2026-11-22T03:00:00Z")));   // 22:00
  EXPECT_TRUE(applies(night, policy, AlertSeverity::error, at("2026-11-22T10:59:59Z")));   // 05:59
  EXPECT_FALSE(applies(night, policy, AlertSeverity::error, at("2026-11-22T11:00:00Z")));  // 06:00
  EXPECT_TRUE(applies(night, policy, AlertSeverity::error, at("2026-07-22T02:00:00Z")));   // 22:00
  EXPECT_FALSE(applies(night, policy, AlertSeverity::error, at("2026-07-22T01:59:59Z")));
}

TEST(Escalation, NobodyAtAllEndsIt) {
  EscalationPolicy policy;
  policy.steps = {{{user("a")}, minutes(5), AlertSeverity::critical}};
  const auto move = escalate(policy, 0, 0, AlertSeverity::info, kNoon);
  EXPECT_TRUE(move.tell.empty());
  EXPECT_EQ(move.wait, std::nullopt);
}

}  // namespace
}  // namespace tidemill
