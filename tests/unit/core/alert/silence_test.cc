#include "core/alert/silence.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

Alert alert_of(std::string dag, std::string task, std::string cause, AlertFact fact,
               std::uint64_t run) {
  Alert alert;
  alert.key = {std::move(dag), std::move(task), std::move(cause)};
  alert.state = AlertState::firing;
  alert.facts = {fact};
  alert.first_run = alert.last_run = run;
  return alert;
}

TEST(Silence, MeansWhatItsPatternsAndSeveritiesSay) {
  const Alert alert = alert_of("etl", "train_a", "oom", AlertFact::failed, 1);
  Silence silence;
  EXPECT_TRUE(matches(silence, alert)) << "everything";
  silence.dag = "e?l";
  silence.task = "train_*";
  EXPECT_TRUE(matches(silence, alert));
  silence.cause = "exit";
  EXPECT_FALSE(matches(silence, alert));
  silence.cause = "oom";
  silence.severities = {AlertSeverity::critical};
  EXPECT_FALSE(matches(silence, alert));
  silence.severities.push_back(AlertSeverity::error);
  EXPECT_TRUE(matches(silence, alert));
  silence.dag = "ETL";
  EXPECT_FALSE(matches(silence, alert)) << "names are compared exactly";
}

TEST(Silence, AnEmptyPatternIsOfWhatHasNoDagAlone) {
  Silence silence;
  silence.dag = "";
  EXPECT_TRUE(matches(silence, alert_of("", "", "disk", AlertFact::disk_low, 0)));
  EXPECT_FALSE(matches(silence, alert_of("etl", "", "file", AlertFact::broken, 0)));
}

TEST(Explained, AFailureExplainsThatItsRunIsLate) {
  const Alert failed = alert_of("etl", "a", "exit", AlertFact::failed, 7);
  const Alert late = alert_of("etl", "", "deadline", AlertFact::late, 7);
  EXPECT_EQ(explained_by(late, {}, {late, failed})->key, failed.key);
  EXPECT_EQ(explained_by(failed, {}, {late, failed}), nullptr) << "not the other way round";
  EXPECT_EQ(explained_by(alert_of("etl", "", "deadline", AlertFact::late, 8), {}, {failed}),
            nullptr)
      << "another run";
  EXPECT_EQ(explained_by(alert_of("other", "", "deadline", AlertFact::late, 7), {}, {failed}),
            nullptr)
      << "another dag";
  EXPECT_EQ(explained_by(alert_of("etl", "b", "oom", AlertFact::failed, 7), {}, {failed}), nullptr)
      << "two failures of one run are two matters";
}

TEST(Explained, WhatWasLateAndFailedIsMoreThanLate) {
  Alert both = alert_of("etl", "", "deadline", AlertFact::late, 7);
  both.facts.push_back(AlertFact::failed);
  EXPECT_EQ(explained_by(both, {}, {alert_of("etl", "a", "exit", AlertFact::failed, 7)}), nullptr);
}

TEST(Explained, AFailureExplainsFailuresOfTheRunsThatItLedTo) {
  Alert root = alert_of("etl", "a", "exit", AlertFact::failed, 7);
  const Alert below = alert_of("report", "b", "exit", AlertFact::failed, 9);
  EXPECT_EQ(explained_by(below, {{"etl", 7}}, {root})->key, root.key);
  EXPECT_EQ(explained_by(below, {{"middle", 8}, {"etl", 7}}, {root})->key, root.key);
  EXPECT_EQ(explained_by(below, {{"etl", 6}}, {root}), nullptr) << "led by an earlier run";
  root.last_run = 12;
  EXPECT_EQ(explained_by(below, {{"etl", 9}}, {root})->key, root.key)
      << "it went on failing meanwhile";
  root.state = AlertState::acknowledged;
  EXPECT_NE(explained_by(below, {{"etl", 7}}, {root}), nullptr) << "somebody takes care of it";
  root.state = AlertState::resolved;
  EXPECT_EQ(explained_by(below, {{"etl", 7}}, {root}), nullptr);
}

TEST(Explained, OnlyFailuresExplain) {
  const Alert late = alert_of("etl", "", "deadline", AlertFact::late, 7);
  const Alert below = alert_of("report", "b", "exit", AlertFact::failed, 9);
  EXPECT_EQ(explained_by(below, {{"etl", 7}}, {late}), nullptr);
  const Alert failed = alert_of("etl", "a", "exit", AlertFact::failed, 7);
  EXPECT_EQ(explained_by(alert_of("", "", "disk", AlertFact::disk_low, 0), {}, {failed}), nullptr);
}

}  // namespace
}  // namespace tidemill
