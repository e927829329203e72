#include "core/alert/alert_story.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using Texts = std::vector<std::string>;

constexpr const char* kBefore = R"(name: churn
params: {rows: {type: integer, default: 10}, key: {type: secret, required: false}}
tasks:
  train: {run: 'exit 0'}
  publish: {run: 'true', needs: [train]}
)";
constexpr const char* kAfter = R"(name: churn
params: {rows: {type: integer, default: 10}, key: {type: secret, required: false}}
tasks:
  train: {run: 'exit 3', timeout: 5m}
  publish: {run: 'true', needs: [train]}
)";

std::string words_of(const std::vector<AlertChange>& changes) {
  Texts lines;
  for (const AlertChange& change : changes) {
    lines.push_back(fmt::format("{} {}", to_word(change.kind), change.text));
  }
  return join(lines, "\n");
}

AlertStory story_of_a_failure() {
  AlertStory story;
  story.id = 4;
  story.alert.key = {"churn", "train", "exit"};
  story.alert.state = AlertState::firing;
  story.alert.severity = AlertSeverity::critical;
  story.alert.facts = {AlertFact::failed};
  story.alert.raised_at = kTestNow - minutes(90);
  story.alert.count = 3;
  story.what = "train of churn failed: exit code 3";
  story.run = StoryRun{12,      RunState::failed,      "train", Cause::exit, 3, "exit code 3", 2,
                       "gpu-1", kTestNow - minutes(90)};
  story.log = {"KeyError: 'title'", {"loading", "KeyError: 'title'"}};
  story.good = StoryGood{9, kTestNow - minutes(180)};
  const DagPtr before = good_dag(kBefore), after = good_dag(kAfter);
  story.changes = changes_between({*before, {}}, {*after, {}});
  story.blocked.tasks = {"publish"};
  story.blocked.dags = {{"report", "starts after churn"}};
  story.deadline = StoryDeadline{"report", 0, kTestNow + minutes(30)};
  story.runbook.text = "# Churn\n\nCall the data team when titles are missing.\n";
  return story;
}

TEST(StoryChanges, NameTheTaskAndItsFieldsAndShowTheLines) {
  const DagPtr before = good_dag(kBefore), after = good_dag(kAfter);
  const auto changes = changes_between({*before, {}}, {*after, {}});
  EXPECT_EQ(words_of(changes), "dag task train: run, timeout");
  EXPECT_EQ(changes[0].diff,
            (Texts{"-   train: {run: 'exit 0'}", "+   train: {run: 'exit 3', timeout: 5m}"}));
}

TEST(StoryChanges, OfAFileThatChangedALotTwentyLinesAreShown) {
  std::string after = kBefore;
  for (int i = 0; i < 30; ++i) after += fmt::format("  t{}: {{run: 'true'}}\n", i);
  const DagPtr dag = good_dag(kBefore), other = good_dag(after);
  const auto changes = changes_between({*dag, {}}, {*other, {}});
  ASSERT_EQ(changes.at(0).diff.size(), 21U);
  EXPECT_EQ(changes[0].diff.front(), "+   t0: {run: 'true'}");
  EXPECT_EQ(changes[0].diff.back(), "… 10 more");
}

TEST(StoryChanges, ACommentIsNoChange) {
  const DagPtr before = good_dag(kBefore), after = good_dag(std::string("# new\n") + kBefore);
  EXPECT_TRUE(changes_between({*before, {}}, {*after, {}}).empty());
}

TEST(StoryChanges, SecretsAreNotShown) {
  const DagPtr dag = good_dag(kBefore);
  const Json::Object good = {{"rows", 10}, {"key", "hunter2"}};
  const Json::Object bad = {{"rows", 0}, {"key", "hunter3"}};
  EXPECT_EQ(words_of(changes_between({*dag, good}, {*dag, bad})),
            "param rows: 10 → 0\nparam key: \"***\" → \"***\"");
}

TEST(StoryChanges, InputsAndWorkersAreCompared) {
  const DagPtr dag = good_dag(kBefore);
  const std::string old_hash(64, 'a'), new_hash(64, 'b');
  const Json::Object none;
  const StorySide good{*dag, none, {{"model", old_hash}, {"rows", "1"}}, "cpu-1"};
  const StorySide bad{*dag, none, {{"model", new_hash}, {"rows", "1"}, {"more", "1"}}, "gpu-1"};
  EXPECT_EQ(words_of(changes_between(good, bad)),
            "input model: aaaaaaaaaaaa → bbbbbbbbbbbb\nworker cpu-1 → gpu-1");
  EXPECT_TRUE(changes_between(good, {*dag, none, good.inputs, ""}).empty())
      << "an unknown worker is no other worker";
}

TEST(StoryChanges, ManyParametersAreCounted) {
  const DagPtr dag = good_dag(kBefore);
  Json::Object bad;
  for (int i = 0; i < 15; ++i) bad.emplace_back(fmt::format("p{}", i), i);
  const auto changes = changes_between({*dag, {}}, {*dag, bad});
  EXPECT_EQ(changes.size(), 11U);
  EXPECT_EQ(changes.back().text, "5 more parameters");
}

TEST(AlertSummary, SaysWhatBrokeSinceWhenWhatChangedWhatItBlocksAndWhatToDo) {
  EXPECT_EQ(alert_summary(story_of_a_failure(), kTestNow),
            R"(train of churn failed: exit code 3
critical, firing, since 2026-11-21T22:30:00Z (1h 30m ago), 3 times
Run 12, task train, attempt 2, on worker gpu-1, ended 2026-11-21T22:30:00Z
First error: KeyError: 'title'
Changed since run 9, the last success (2026-11-21T21:00:00Z (3h 00m ago)):
  dag task train: run, timeout
    -   train: {run: 'exit 0'}
    +   train: {run: 'exit 3', timeout: 5m}
Blocked: publish of this run; report (starts after churn)
Deadline: the next run of report is due at 2026-11-22T00:30:00Z, in 30m 00s
To do:
  what it wrote: tidemill logs 12 train
  once it is mended: tidemill retry 12
  with the DAG that worked: tidemill rerun 9
  take it, so that nobody else is told: tidemill ack 4
Runbook: Call the data team when titles are missing.
Log:
  loading
  KeyError: 'title')");
}

TEST(AlertSummary, OfAnAlertAboutTheSchedulerHasNoRun) {
  AlertStory story;
  story.id = 5;
  story.alert.key = {"", "", "disk"};
  story.alert.state = AlertState::acknowledged;
  story.alert.by = "ann";
  story.alert.facts = {AlertFact::disk_low};
  story.alert.raised_at = kTestNow;
  story.what = "the disk is nearly full: 1 GiB free of 100 GiB";
  EXPECT_EQ(alert_summary(story, kTestNow), R"(the disk is nearly full: 1 GiB free of 100 GiB
error, acknowledged by ann, since 2026-11-22T00:00:00Z
Nothing waits for it.
To do:
  make room where the data folder is; nothing new starts until there is)");
  EXPECT_EQ(links_of(story).alert, "/alerts/5");
  EXPECT_EQ(links_of(story).run, "");
}

TEST(AlertSummary, WhatDoesNotFitIsLeftOutFromTheEndOfItsWorth) {
  AlertStory story = story_of_a_failure();
  story.what = std::string(5000, 'x');
  story.log.lines.assign(20, std::string(5000, 'y'));
  story.log.first_error = std::string(5000, 'z');
  story.runbook.text = std::string(16'000, 'r');
  for (int i = 0; i < 50; ++i) {
    story.blocked.tasks.push_back(fmt::format("task_with_a_long_name_{}", i));
    story.changes[0].diff.push_back("+ " + std::string(200, 'd'));
    story.changes.push_back(story.changes[0]);
  }
  const std::string text = alert_summary(story, kTestNow);
  EXPECT_LE(text.size(), kSummaryBytes);
  for (const char* must : {"critical, firing", "Run 12", "Changed since run 9"}) {
    EXPECT_NE(text.find(must), std::string::npos) << must << "\n" << text;
  }
}

TEST(AlertSummary, IsValidAndTameWhateverATaskWrote) {
  AlertStory story = story_of_a_failure();
  story.log.lines = {"\x1b[31mred\x1b[0m", "\xff\xfe", "tab\there", "a\r\nTo do:\n  rm -rf /",
                     std::string(500, 'u') + "\u00fc"};
  story.log.first_error = "\x07";
  story.what = "\xc3";
  const std::string text = alert_summary(story, kTestNow);
  EXPECT_EQ(find_invalid_utf8(text), std::nullopt);
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_EQ(text.find("\n  rm -rf"), std::string::npos) << "a log line makes no line of its own";
}

TEST(AlertSummary, SaysSoWhenNothingIsKnown) {
  AlertStory story = story_of_a_failure();
  story.changes.clear();
  EXPECT_NE(alert_summary(story, kTestNow).find("No change is known since run 9"),
            std::string::npos);
  story.good.reset();
  EXPECT_NE(alert_summary(story, kTestNow).find("It has not succeeded before."), std::string::npos);
}

TEST(WhatToDo, IsNeverEmptyWhateverIsWrong) {
  for (int i = 0; i <= static_cast<int>(AlertFact::delivery_failing); ++i) {
    AlertStory story;
    story.alert.facts = {static_cast<AlertFact>(i)};
    EXPECT_FALSE(what_to_do(story).empty()) << to_word(story.alert.facts[0]);
  }
}

TEST(StoryBlocked, NamesFiveAndCountsTheOthers) {
  StoryBlocked blocked;
  EXPECT_TRUE(blocked.empty());
  blocked.tasks = {"a", "b", "c", "d", "e", "f", "g"};
  blocked.waiting = {{"daily", 3, "load", "titles"}};
  blocked.hidden = 1;
  EXPECT_EQ(in_words(blocked),
            "a, b, c, d, e and 2 more of this run; load of daily in run 3, which waits for titles; "
            "1 further DAG");
}

}  // namespace
}  // namespace tidemill
