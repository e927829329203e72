// Forecasts over rows of an engine and a real database.
#include "scheduler/alerts/forecaster.h"
#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;

class Forecasts : public EngineFixture {
 protected:
  Forecasts() {
    hello(1, "w");
    turn();
  }

  static Dag two_steps(Duration deadline) {
    Dag made = dag("a -> b");
    made.name = "etl";
    made.deadline = Deadline{deadline, Deadline::From::started};
    return made;
  }
  // Begins the task that was granted last.
  void begin() {
    turn();
    started(1, ++attempt_);
    turn();
  }
  void finish(Duration after) {
    Outcome outcome;
    outcome.started_at = now_.wall;
    pass(after);
    outcome.ended_at = now_.wall;
    engine_->on_ended({1}, {{attempt_}, std::move(outcome)}, now_);
    turn();
  }
  void past(const Dag& made, int runs, Duration each) {
    for (int i = 0; i < runs; ++i) {
      submit(made);
      for (int task = 0; task < 2; ++task) {
        begin();
        finish(each);
      }
    }
  }
  std::string look() {
    const auto news = forecast_.look(now_);
    EXPECT_TRUE(news.ok()) << (news.ok() ? "" : news.error().message);
    std::vector<std::string> said;
    for (const RunForecast& one : news.value()) {
      said.push_back(fmt::format("{}{} {} {}", one.run, one.task.empty() ? "" : " " + one.task,
                                 one.kind == RunForecast::Kind::slow ? "slow" : "will be late",
                                 one.reason));
    }
    last_news_ = news.value();
    return join(said, "; ");
  }
  std::vector<AlertRow> tell() {
    auto operation = std::make_shared<Operation>();
    operation->apply = [this](Database& database) {
      const auto load = [this](const RunSource&) -> Result<DagPtr> { return dag_; };
      return tell_forecasts(database, last_news_, load, nullptr, now_.wall);
    };
    Batch batch;
    batch.operations = {operation};
    EXPECT_TRUE(writer_->commit(batch).ok());
    EXPECT_TRUE(operation->outcome && operation->outcome->ok());
    Database database = open_for_reading("tidemill.db", disk_.vfs()).value();
    return read_alerts(database, {}).value();
  }

  std::int64_t attempt_ = 0;
  std::vector<RunForecast> last_news_;
  Forecast forecast_{
      "tidemill.db",
      [this](const DagVersionRow&, const std::string&) -> Result<DagPtr> { return dag_; },
      disk_.vfs()};
};

TEST_F(Forecasts, ARunThatCannotBeInTimeAnyMoreIsForetoldOnce) {
  const Dag made = two_steps(minutes(15));
  past(made, 3, minutes(6));
  submit(made);
  begin();
  pass(minutes(1));
  EXPECT_EQ(look(), "") << "11 minutes of 14 that are left";
  pass(minutes(9));
  EXPECT_EQ(look().substr(0, 35), "4 will be late by what its tasks to") << "6 minutes of 5";
  EXPECT_EQ(look(), "");
}

TEST_F(Forecasts, WithoutAPastNothingIsForetold) {
  submit(two_steps(minutes(15)));
  begin();
  pass(minutes(14));
  EXPECT_EQ(look(), "");
}

TEST_F(Forecasts, WhatTakesUnusuallyLongIsToldOnce) {
  const Dag made = two_steps(minutes(600));
  past(made, 10, minutes(10));
  submit(made);
  begin();
  pass(minutes(15));
  EXPECT_EQ(look(), "");
  pass(minutes(1));
  EXPECT_EQ(look(),
            "11 a slow it runs for 16m 00s, and 95 of 100 times it took no more than 10m 00s");
  EXPECT_EQ(tell().at(0).alert.key, (AlertKey{"etl", "a", "slow"}));
  EXPECT_EQ(look(), "");
  pass(minutes(15));
  EXPECT_EQ(look(), "11 slow it runs for 31m 00s, and 95 of 100 runs took no more than 20m 00s");
  EXPECT_EQ(tell().size(), 1U) << "the task says why";
  EXPECT_EQ(look(), "");
}

TEST_F(Forecasts, BecomeOneAlertHoweverOftenTheyAreTold) {
  const Dag made = two_steps(minutes(15));
  past(made, 3, minutes(6));
  submit(made);
  begin();
  pass(minutes(10));
  EXPECT_NE(look(), "");
  tell();
  const auto alerts = tell();  // as after a restart
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0].alert.key, (AlertKey{"etl", "", "deadline"}));
  EXPECT_EQ(alerts[0].alert.facts, std::vector{AlertFact::will_be_late});
  EXPECT_EQ(alerts[0].alert.count, 1U);
}

TEST_F(Forecasts, OfARunThatHasEndedAreNotTold) {
  const Dag made = two_steps(minutes(15));
  past(made, 3, minutes(6));
  submit(made);
  begin();
  pass(minutes(10));
  EXPECT_NE(look(), "");
  finish(minutes(1));
  begin();
  finish(minutes(1));
  EXPECT_TRUE(tell().empty());
}

}  // namespace
}  // namespace tidemill
