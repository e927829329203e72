#include "core/alert/rotation.h"

#include <gtest/gtest.h>

#include "tests/support/at.h"

namespace tidemill {
namespace {

using testing::at;
using Users = std::vector<std::string>;
using std::chrono::hours;

LocalTime local(std::string_view date, int hour) {
  return {std::int64_t{parse_date(date).value()} * 86'400 + hour * 3600};
}

// Weekly, handed over on Mondays at 09:00 in Berlin.
Rotation weekly() {
  Rotation made;
  made.zone = load_zone("Europe/Berlin").value();
  RotationLayer layer;
  layer.turns = {{"ann"}, {"bob"}, {"cyd", "dan"}};
  layer.first_handoff = local("2026-10-05", 9);
  made.layers = {layer};
  return made;
}

TEST(Rotation, TakesTurnsAtTheSameLocalTimeOnBothSidesOfAClockChange) {
  const Rotation rotation = weekly();
  EXPECT_EQ(on_call_at(rotation, at("2026-10-05T06:59:59Z")), Users{}) << "not begun";
  EXPECT_EQ(on_call_at(rotation, at("2026-10-05T07:00:00Z")), Users{"ann"});
  EXPECT_EQ(on_call_at(rotation, at("2026-10-12T07:00:00Z")), Users{"bob"});
  EXPECT_EQ(on_call_at(rotation, at("2026-10-26T07:59:59Z")), (Users{"cyd", "dan"}))
      << "winter time";
  EXPECT_EQ(on_call_at(rotation, at("2026-10-26T08:00:00Z")), Users{"ann"});
}

TEST(Rotation, AHandoffInTheHourThatComesTwiceHappensOnce) {
  Rotation rotation = weekly();
  rotation.layers[0].turn_days = 1;
  rotation.layers[0].first_handoff = {local("2026-10-24", 2).s + 1800};
  // 02:30 comes at 00:30Z and at 01:30Z on the 25th.
  EXPECT_EQ(on_call_at(rotation, at("2026-10-25T00:29:59Z")), Users{"ann"});
  for (const char* then :
       {"2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z", "2026-10-25T01:40:00Z"}) {
    EXPECT_EQ(on_call_at(rotation, at(then)), Users{"bob"}) << then;
  }
  const auto next = next_shift(rotation, at("2026-10-25T01:10:00Z"));
  ASSERT_TRUE(next);
  EXPECT_EQ(format_rfc3339(next->from), "2026-10-26T01:30:00Z");
}

TEST(Rotation, AHandoffInTheHourThatIsSkippedHappensAtTheChange) {
  Rotation rotation = weekly();
  rotation.layers[0].turn_days = 1;
  rotation.layers[0].first_handoff = {local("2026-03-28", 2).s + 1800};
  EXPECT_EQ(on_call_at(rotation, at("2026-03-29T00:59:59Z")), Users{"ann"});
  EXPECT_EQ(on_call_at(rotation, at("2026-03-29T01:00:00Z")), Users{"bob"});
}

TEST(Rotation, AHigherLayerWinsOnItsDaysAndAnOverrideOverAll) {
  Rotation rotation = weekly();
  RotationLayer weekend;
  weekend.level = 1;
  weekend.turns = {{"eve"}};
  weekend.first_handoff = local("2026-10-05", 0);
  weekend.days = 0b1100000;
  rotation.layers.push_back(weekend);
  EXPECT_EQ(on_call_at(rotation, at("2026-10-09T21:59:59Z")), Users{"ann"});
  EXPECT_EQ(on_call_at(rotation, at("2026-10-09T22:00:00Z")), Users{"eve"}) << "Saturday in Berlin";
  rotation.overrides = {{{"fay"}, at("2026-10-10T10:00:00Z"), at("2026-10-10T12:00:00Z")}};
  EXPECT_EQ(on_call_at(rotation, at("2026-10-10T11:00:00Z")), Users{"fay"});
  EXPECT_EQ(on_call_at(rotation, at("2026-10-10T12:00:00Z")), Users{"eve"});
}

TEST(Rotation, TheNextShiftPassesOverHandoffsThatChangeNobody) {
  Rotation rotation = weekly();
  rotation.layers[0].turns = {{"ann"}, {"ann"}, {"bob"}};
  const auto next = next_shift(rotation, at("2026-10-06T00:00:00Z"));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->users, Users{"bob"});
  EXPECT_EQ(format_rfc3339(next->from), "2026-10-19T07:00:00Z");
}

TEST(Rotation, SomebodyAloneHasNoNextShift) {
  Rotation rotation = weekly();
  rotation.layers[0].turns = {{"ann"}};
  EXPECT_FALSE(next_shift(rotation, at("2026-10-06T00:00:00Z")));
}

// Every hour of two years: the answer only ever changes at a moment that next_shift names.
TEST(Rotation, NextShiftAndOnCallAgreeHourByHour) {
  Rotation rotation = weekly();
  RotationLayer weekend;
  weekend.level = 1;
  weekend.turns = {{"eve"}, {"fay"}};
  weekend.turn_days = 14;
  weekend.first_handoff = local("2026-10-03", 12);
  weekend.days = 0b1100000;
  rotation.layers.push_back(weekend);
  const WallTime end = at("2028-10-01T00:00:00Z");
  WallTime t = at("2026-11-01T00:00:00Z");
  while (t < end) {
    const auto next = next_shift(rotation, t);
    ASSERT_TRUE(next);
    for (WallTime probe = t; probe < next->from; probe = probe + hours(1)) {
      ASSERT_EQ(on_call_at(rotation, probe), on_call_at(rotation, t)) << format_rfc3339(probe);
    }
    ASSERT_NE(next->users, on_call_at(rotation, t));
    t = next->from;
  }
}

}  // namespace
}  // namespace tidemill
