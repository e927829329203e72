#include "core/alert/trouble.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using std::chrono::seconds;

class Looks {
 public:
  // At this second: what is told of the one key, "raise", "recover" or nothing.
  std::string at(int second, bool holds) {
    Trouble trouble;
    trouble.key = {"", "", "disk"};
    trouble.holds = holds;
    trouble.fact = AlertFact::disk_low;
    trouble.what = "the disk is nearly full";
    trouble.patience = seconds(10);
    trouble.calm = seconds(30);
    return text(book_.look({trouble}, BootTime{} + seconds(second)));
  }
  std::string without(int second) { return text(book_.look({}, BootTime{} + seconds(second))); }

 private:
  static std::string text(const std::vector<TroubleNews>& news) {
    std::string said;
    for (const TroubleNews& one : news) {
      said += std::holds_alternative<alert_event::Raise>(one.told.event) ? "raise" : "recover";
    }
    return said;
  }
  TroubleBook book_;
};

TEST(Silence, BeginsWhenMoreTimeHasPassedThanIsExpected) {
  const WallTime heard{1'700'000'000'000'000};
  const ExpectedSuccess daily{"daily", std::chrono::hours(26), AlertSeverity::critical, "night"};
  EXPECT_FALSE(trouble_of_silence(daily, heard, heard + daily.every).holds);
  const Trouble trouble = trouble_of_silence(daily, heard, heard + daily.every + Duration(1));
  EXPECT_TRUE(trouble.holds);
  EXPECT_EQ(trouble.key, (AlertKey{"daily", "", "silent"}));
  EXPECT_EQ(
      trouble.what,
      "daily has not succeeded since 2023-11-14T22:13:20Z: a success is expected every 1d 2h");
  EXPECT_EQ(trouble.severity, AlertSeverity::critical);
  EXPECT_EQ(trouble.policy, "night");
  EXPECT_EQ(trouble.patience, std::chrono::minutes(1)) << "for runs that are made up for";
}

TEST(Silence, IsNothingWhenNothingIsExpected) {
  const ExpectedSuccess any{"any", {}, AlertSeverity::error, ""};
  EXPECT_FALSE(trouble_of_silence(any, {}, WallTime{1'700'000'000'000'000}).holds);
}

TEST(Silence, AShortOneIsToldSoon) {
  const ExpectedSuccess often{"often", seconds(5), AlertSeverity::error, ""};
  EXPECT_EQ(trouble_of_silence(often, {}, {}).patience, seconds(5));
}

TEST(TroubleBook, TellsTheBeginningOnceWhenItHasLasted) {
  Looks looks;
  EXPECT_EQ(looks.at(0, true), "");
  EXPECT_EQ(looks.at(9, true), "");
  EXPECT_EQ(looks.at(10, true), "raise");
  EXPECT_EQ(looks.at(11, true), "");
  EXPECT_EQ(looks.at(1000, true), "");
}

TEST(TroubleBook, TellsTheEndWhenItHasLasted) {
  Looks looks;
  looks.at(0, true);
  EXPECT_EQ(looks.at(10, true), "raise");
  EXPECT_EQ(looks.at(20, false), "");
  EXPECT_EQ(looks.at(49, false), "");
  EXPECT_EQ(looks.at(50, false), "recover");
  EXPECT_EQ(looks.at(51, false), "");
}

TEST(TroubleBook, WhatComesAndGoesIsToldOnce) {
  Looks looks;
  looks.at(0, true);
  std::string all = looks.at(10, true);
  for (int second = 11; second < 200; ++second) all += looks.at(second, second % 20 < 10);
  EXPECT_EQ(all, "raise");
}

TEST(TroubleBook, WhatNeverLastsIsNeverTold) {
  Looks looks;
  std::string all;
  for (int second = 0; second < 29; ++second) all += looks.at(second, second % 2 == 0);
  EXPECT_EQ(all, "");
}

TEST(TroubleBook, WhatAnEarlierSchedulerLeftEnds) {
  Looks looks;
  EXPECT_EQ(looks.at(0, false), "");
  EXPECT_EQ(looks.at(30, false), "recover");
}

TEST(TroubleBook, WhatIsNotKnownStaysAsItIs) {
  Looks looks;
  looks.at(0, true);
  EXPECT_EQ(looks.at(10, true), "raise");
  EXPECT_EQ(looks.without(500), "");
  EXPECT_EQ(looks.at(501, true), "");
}

TEST(TroubleBook, ARaiseSaysWhatAndAnEndNeedsNot) {
  TroubleBook book;
  Trouble trouble;
  trouble.key = {"etl", "", "silent"};
  trouble.holds = true;
  trouble.fact = AlertFact::silent;
  trouble.severity = AlertSeverity::critical;
  trouble.what = "etl has not succeeded for 30h";
  trouble.policy = "night";
  const auto news = book.look({trouble}, {});
  ASSERT_EQ(news.size(), 1U);
  const auto& raise = std::get<alert_event::Raise>(news[0].told.event);
  EXPECT_EQ(raise.fact, AlertFact::silent);
  EXPECT_EQ(raise.severity, AlertSeverity::critical);
  EXPECT_EQ(news[0].told.what, trouble.what);
  EXPECT_EQ(news[0].policy, "night");
}

}  // namespace
}  // namespace tidemill
