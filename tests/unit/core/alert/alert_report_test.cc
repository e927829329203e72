#include "core/alert/alert_report.h"

#include <gtest/gtest.h>

#include "core/csv.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using State = AlertState;

constexpr WallTime kMonday{1'763'985'600'000'000};  // 2025-11-24T12:00:00Z

class Report : public ::testing::Test {
 public:
  Report() { range_.from = kMonday - hours(24), range_.until = kMonday + hours(24 * 13); }

  // After so many minutes.
  Report& change(std::int64_t alert, int minute, std::optional<State> before, State state,
                 std::string by = "", std::uint64_t count = 1) {
    changes_.push_back({alert,
                        {"etl", fmt::format("t{}", alert), "exit"},
                        at(minute),
                        before,
                        state,
                        count,
                        std::move(by)});
    return *this;
  }
  static WallTime at(int minute) { return kMonday + minutes(minute); }
  AlertReport report() const { return report_alerts(changes_, pages_, range_); }

  std::vector<AlertChangeRecord> changes_;
  std::vector<PageRecord> pages_;
  ReportRange range_;
};

TEST_F(Report, OfNothingIsEmpty) {
  const AlertReport made = report();
  EXPECT_EQ(made.episodes, 0U);
  EXPECT_EQ(made.mean_to_acknowledge, std::nullopt);
  EXPECT_EQ(made.mean_to_resolve, std::nullopt);
}

TEST_F(Report, TimesCountFromWhenItWasRaised) {
  change(1, 0, {}, State::firing).change(1, 10, State::firing, State::acknowledged, "ann");
  change(1, 30, State::acknowledged, State::resolved, "");
  change(2, 0, {}, State::firing).change(2, 20, State::firing, State::snoozed, "bob");
  change(2, 40, State::snoozed, State::firing)
      .change(2, 50, State::firing, State::acknowledged, "bob");
  change(2, 90, State::acknowledged, State::resolved, "bob");
  change(3, 0, {}, State::firing);
  const AlertReport made = report();
  EXPECT_EQ(made.episodes, 3U);
  EXPECT_EQ(made.acknowledged, 2U);
  EXPECT_EQ(made.mean_to_acknowledge, minutes(15)) << "the first time counts";
  EXPECT_EQ(made.mean_to_resolve, minutes(60));
  EXPECT_EQ(made.resolved, 2U);
  EXPECT_EQ(made.resolved_alone, 1U);
}

TEST_F(Report, OneThatIsReopenedIsAnotherEpisodeAndThreeADayFlap) {
  for (int i = 0; i < 3; ++i) {
    change(1, i * 60, i == 0 ? std::optional<State>() : State::resolved, State::firing);
    change(1, i * 60 + 5, State::firing, State::resolved, "", 4);
  }
  change(2, 0, {}, State::firing);
  const AlertReport made = report();
  EXPECT_EQ(made.episodes, 4U);
  EXPECT_EQ(made.flapping, 1U);
  ASSERT_EQ(made.noisiest.size(), 2U);
  EXPECT_EQ(made.noisiest[0].key.task, "t1");
  EXPECT_EQ(made.noisiest[0].raised, 12U);
  EXPECT_TRUE(made.noisiest[0].flaps);
  EXPECT_FALSE(made.noisiest[1].flaps);
}

TEST_F(Report, WhatBeganBeforeTheRangeDoesNotCount) {
  change(1, -60 * 24 * 2, {}, State::firing).change(1, 10, State::firing, State::resolved);
  change(2, 0, State::firing, State::acknowledged, "ann");
  EXPECT_EQ(report().episodes, 0U);
}

TEST_F(Report, AnEndAfterTheRangeIsKnown) {
  range_.until = at(1);
  change(1, 0, {}, State::firing).change(1, 30, State::firing, State::resolved);
  EXPECT_EQ(report().mean_to_resolve, minutes(30));
}

TEST_F(Report, WorkingTimeIsThatOfTheZone) {
  EXPECT_TRUE(is_working_time(range_, at(0)));
  EXPECT_FALSE(is_working_time(range_, at(6 * 60))) << "18:00";
  EXPECT_FALSE(is_working_time(range_, at(-24 * 60))) << "a Sunday";
  range_.zone = load_zone("Asia/Tokyo").value();
  EXPECT_FALSE(is_working_time(range_, at(0))) << "21:00";
}

TEST_F(Report, PagesAreCountedByPersonAndWeek) {
  for (int i = 0; i < 4; ++i) pages_.push_back({"ann", at(i)});
  pages_.push_back({"bob", at(8 * 60)});
  pages_.push_back({"bob", at(-60 * 24 * 3)});
  const AlertReport made = report();
  ASSERT_EQ(made.pages.size(), 2U);
  EXPECT_EQ(made.pages[0].person, "ann");
  EXPECT_EQ(made.pages[0].pages, 4U);
  EXPECT_DOUBLE_EQ(made.pages[0].per_week, 2.0);
  EXPECT_EQ(made.pages[1].pages, 1U);
  EXPECT_EQ(made.pages[1].out_of_hours, 1U);
}

TEST_F(Report, AsLinesForASpreadsheet) {
  change(1, 0, {}, State::firing).change(1, 30, State::firing, State::resolved);
  pages_.push_back({"=cmd()", at(0)});
  const std::string text = to_csv(report());
  EXPECT_NE(text.find("what,name,value\r\nepisodes,,1\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find("mean_to_acknowledge_s,,\r\nmean_to_resolve_s,,1800.0\r\n"),
            std::string::npos);
  EXPECT_NE(text.find("noisiest_episodes,etl/t1/exit,1\r\n"), std::string::npos);
  EXPECT_NE(text.find("pages,'=cmd(),1\r\n"), std::string::npos);
}

TEST(Csv, ACellIsNeverAFormula) {
  for (const char* text : {"=1", "+1", "-1", "@a", "\ta"}) {
    EXPECT_EQ(csv_cell(text), std::string("'") + text);
  }
  EXPECT_EQ(csv_cell("\ra"), "\"'\ra\"");
  EXPECT_EQ(csv_cell("a=1"), "a=1");
  EXPECT_EQ(csv_cell(""), "");
}

TEST(Csv, SeparatorsAndQuotesAreQuoted) {
  EXPECT_EQ(csv_line({"a,b", "say \"x\"", "two\nlines", "plain"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",plain\r\n");
}

}  // namespace
}  // namespace tidemill
