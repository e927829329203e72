#include "core/alert/run_alerts.h"

#include <gtest/gtest.h>

#include "core/alert/forecast_alerts.h"
#include "core/alert/signature.h"

namespace tidemill {
namespace {

using alert_event::Raise;
using alert_event::Recover;
using alert_event::Repair;

RunNews news(RunNews::Kind kind, std::uint64_t run = 7) {
  RunNews made;
  made.kind = kind;
  made.dag = "etl";
  made.run = run;
  return made;
}

RunNews failed_task(Cause cause = Cause::exit, std::string reason = "exit code 3") {
  RunNews made = news(RunNews::Kind::task_failed);
  made.failed = {{"train", cause, 3, std::move(reason)}};
  return made;
}

Alert open_alert(AlertKey key, std::uint64_t run) {
  Alert alert;
  alert.key = std::move(key);
  alert.state = AlertState::firing;
  alert.last_run = run;
  return alert;
}

template <typename Event>
const Event& only(const std::vector<KeyedAlertEvent>& events) {
  EXPECT_EQ(events.size(), 1U);
  return std::get<Event>(events.at(0).event);
}

TEST(RunAlerts, AFailureIsKeyedByDagTaskAndCause) {
  const auto events = alerts_of(failed_task(Cause::oom, "out of memory"), {}, {});
  EXPECT_EQ(only<Raise>(events).run, 7U);
  EXPECT_EQ(events[0].key, (AlertKey{"etl", "train", "oom"}));
  EXPECT_EQ(events[0].what, "train of etl failed: out of memory");
}

TEST(RunAlerts, ALateRunIsToldWithItsTime) {
  RunNews late = news(RunNews::Kind::late);
  EXPECT_EQ(alerts_of(late, {}, {}).at(0).what, "etl is late: run 7 was to succeed in time");
  late.due_at = {1'700'000'000'000'000};
  EXPECT_EQ(alerts_of(late, {}, {}).at(0).what,
            "etl is late: run 7 was to succeed by 2023-11-14T22:13:20Z");
}

TEST(RunAlerts, NothingIsToldBehindAColonWithoutADetail) {
  EXPECT_EQ(alerts_of(failed_task(Cause::lost, ""), {}, {}).at(0).what, "train of etl failed");
  RunNews ended = news(RunNews::Kind::ended);
  ended.state = RunState::failed;
  EXPECT_EQ(alerts_of(ended, {}, {}).at(0).what, "etl failed");
  EXPECT_EQ(alert_of_file("etl", true, "").what, "the file of etl is broken");
}

TEST(RunAlerts, FailedAfterLateJoinsTheAlertThatIsThere) {
  const AlertKey late{"etl", "", "deadline"};
  EXPECT_EQ(alerts_of(failed_task(), {}, {open_alert(late, 7)}).at(0).key, late);
  EXPECT_NE(alerts_of(failed_task(), {}, {open_alert(late, 6)}).at(0).key, late)
      << "of another run";
}

TEST(RunAlerts, LateAfterFailedJoinsTheAlertThatIsThere) {
  const AlertKey failed{"etl", "train", "exit"};
  const auto events = alerts_of(news(RunNews::Kind::late), {}, {open_alert(failed, 7)});
  EXPECT_EQ(events.at(0).key, failed);
  EXPECT_EQ(only<Raise>(events).signature, "") << "which is no other failure";
  EXPECT_EQ(events[0].what, "") << "what failed says more";
}

TEST(RunAlerts, SuccessOfTheSameTaskRecovers) {
  RunNews end = news(RunNews::Kind::ended);
  end.state = RunState::failed;
  end.succeeded = {"train"};
  end.failed = {{"score", Cause::exit, 1, ""}};
  const auto events = alerts_of(
      end, {}, {open_alert({"etl", "train", "exit"}, 5), open_alert({"etl", "score", "exit"}, 7)});
  EXPECT_EQ(only<Recover>(events).run, 7U);
  EXPECT_EQ(events[0].key.task, "train");
}

TEST(RunAlerts, ARunThatTimedOutIsAnAlertOfItsOwn) {
  RunNews end = news(RunNews::Kind::ended);
  end.state = RunState::failed;
  end.timed_out = true;
  end.reason = "took longer than 4h";
  const auto events = alerts_of(end, {}, {});
  EXPECT_EQ(events.at(0).key, (AlertKey{"etl", "", "timeout"}));
  end.state = RunState::cancelled;
  EXPECT_TRUE(alerts_of(end, {}, {}).empty()) << "a person did that";
}

TEST(RunAlerts, TheDagSaysWhatPeopleAreToldOf) {
  EXPECT_TRUE(alerts_of(failed_task(), {false, true, AlertSeverity::error}, {}).empty());
  EXPECT_TRUE(
      alerts_of(news(RunNews::Kind::late), {true, false, AlertSeverity::error}, {}).empty());
}

TEST(RunAlerts, ARepairSpeaksToTheAlertsOfThatRun) {
  RunNews repaired = news(RunNews::Kind::repaired);
  repaired.by = "ann";
  const auto events = alerts_of(
      repaired, {},
      {open_alert({"etl", "train", "exit"}, 7), open_alert({"etl", "score", "exit"}, 6)});
  EXPECT_EQ(only<Repair>(events).by, "ann");
}

TEST(RunAlerts, ABrokenFileAndItsRepair) {
  EXPECT_TRUE(std::holds_alternative<Raise>(alert_of_file("etl", true, "no tasks").event));
  EXPECT_TRUE(std::holds_alternative<Recover>(alert_of_file("etl", false, "").event));
}

TEST(AlertSignature, LeavesOutWhatDiffersEachTime) {
  EXPECT_EQ(normalise_error("row 17 of batch-2026-11-22T03:00 at 0x7ffe12ab is bad"),
            normalise_error("row 4 of batch-2026-11-23T03:00 at 0x7ffe99cd is bad"));
  EXPECT_EQ(normalise_error("blob deadbeefcafe is gone"), "blob # is gone");
  EXPECT_NE(normalise_error("no such column: price"), normalise_error("no such column: title"));
  EXPECT_EQ(normalise_error("face"), "face") << "hex, but a word";
  EXPECT_EQ(normalise_error(" a \n\t b "), "a b");
}

TEST(AlertSignature, AnExitCodeTellsFailuresApart) {
  RunNews other = failed_task();
  other.failed[0].exit_code = 4;
  const auto first = alerts_of(failed_task(), {}, {});
  const auto second = alerts_of(other, {}, {});
  EXPECT_NE(only<Raise>(first).signature, only<Raise>(second).signature);
}

TEST(AlertSignature, IsShortAndNeverCutsACharacter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "ä ";
  const std::string cut = normalise_error(text);
  EXPECT_LE(cut.size(), 200U);
  EXPECT_GT(cut.size(), 190U);
  EXPECT_NE(static_cast<unsigned char>(cut.back()), 0xc3);
}

std::vector<KeyedAlertEvent> foretell(RunForecast::Kind kind, const AlertRules& rules,
                                      const std::vector<Alert>& open) {
  const auto event = alert_of_forecast({kind, "etl", "", 7, "it is feared to end at noon"}, rules,
                                       open);
  return event ? std::vector{*event} : std::vector<KeyedAlertEvent>();
}

TEST(RunAlerts, PredictedThenLateThenFailedIsOneAlert) {
  const AlertKey key{"etl", "", "deadline"};
  const AlertRules rules{true, true, AlertSeverity::critical};
  const auto predicted = foretell(RunForecast::Kind::will_be_late, rules, {});
  EXPECT_EQ(predicted.at(0).key, key);
  EXPECT_EQ(only<Raise>(predicted).severity, AlertSeverity::warning) << "it is not late yet";
  EXPECT_EQ(predicted[0].what, "etl will be late: it is feared to end at noon");
  Alert alert = open_alert(key, 7);
  alert.facts = {AlertFact::will_be_late};
  const auto late = alerts_of(news(RunNews::Kind::late), rules, {alert});
  EXPECT_EQ(late.at(0).key, key);
  EXPECT_EQ(only<Raise>(late).severity, AlertSeverity::critical) << "which is news";
  EXPECT_EQ(alerts_of(failed_task(), rules, {alert}).at(0).key, key);
}

TEST(RunAlerts, AForecastIsOverWithTheRunAndWhatCameTrueIsNot) {
  RunNews cancelled = news(RunNews::Kind::ended);
  cancelled.state = RunState::cancelled;
  Alert alert = open_alert({"etl", "", "deadline"}, 7);
  alert.facts = {AlertFact::will_be_late};
  EXPECT_EQ(only<Recover>(alerts_of(cancelled, {}, {alert})).run, 7U);
  alert.facts.push_back(AlertFact::late);
  EXPECT_TRUE(alerts_of(cancelled, {}, {alert}).empty());
  alert.facts = {AlertFact::slow};
  alert.last_run = 6;
  EXPECT_TRUE(alerts_of(cancelled, {}, {alert}).empty()) << "another run";
}

TEST(RunAlerts, WhoHasFailedIsNotForetoldToBeLate) {
  Alert failed = open_alert({"etl", "train", "exit"}, 7);
  failed.facts = {AlertFact::failed};
  EXPECT_TRUE(foretell(RunForecast::Kind::will_be_late, {}, {failed}).empty());
  const auto slow = foretell(RunForecast::Kind::slow, {}, {failed});
  EXPECT_EQ(slow.at(0).key, (AlertKey{"etl", "", "slow"}));
  EXPECT_EQ(only<Raise>(slow).fact, AlertFact::slow);
}

TEST(RunAlerts, ASlowTaskSaysWhyItsRunIsSlow) {
  RunForecast slow;
  slow.kind = RunForecast::Kind::slow;
  slow.dag = "etl";
  slow.task = "train";
  slow.run = 7;
  slow.reason = "it runs for 1h";
  const auto of_task = alert_of_forecast(slow, {}, {});
  ASSERT_TRUE(of_task.has_value());
  EXPECT_EQ(of_task->key, (AlertKey{"etl", "train", "slow"}));
  EXPECT_EQ(of_task->what, "train of etl takes unusually long: it runs for 1h");
  slow.task.clear();
  EXPECT_TRUE(alert_of_forecast(slow, {}, {open_alert({"etl", "train", "slow"}, 6)}).has_value());
  EXPECT_FALSE(alert_of_forecast(slow, {}, {open_alert({"etl", "train", "slow"}, 7)}).has_value());
}

TEST(RunAlerts, AFailureDoesNotJoinTheAlertOfASlowRun) {
  const Alert slow = open_alert({"etl", "", "slow"}, 7);
  EXPECT_EQ(alerts_of(failed_task(), {}, {slow}).at(0).key, (AlertKey{"etl", "train", "exit"}));
  EXPECT_EQ(alerts_of(news(RunNews::Kind::late), {}, {slow}).at(0).key,
            (AlertKey{"etl", "", "deadline"}));
}

TEST(RunAlerts, ForecastsAreAboutTheDeadline) {
  const AlertRules rules{true, false, AlertSeverity::error};
  EXPECT_TRUE(foretell(RunForecast::Kind::slow, rules, {}).empty());
  EXPECT_TRUE(foretell(RunForecast::Kind::will_be_late, rules, {}).empty());
}

}  // namespace
}  // namespace tidemill
