#include <gtest/gtest.h>

#include "cli/cri_text.h"
#include "cli/plain_markdown.h"
#include "cli/progress_view.h"
#include "cli/run_summary.h"
#include "cli/terminal.h"
#include "core/eta.h"

namespace tidemill {
namespace {

using std::chrono::seconds;

Terminal plain() { return {}; }

Dag dag_of(const std::vector<std::string>& ids) {
  Dag dag;
  dag.name = "demo";
  for (const auto& id : ids) {
    TaskSpec task;
    task.id = id;
    dag.tasks.push_back(task);
  }
  dag.task_count = static_cast<std::uint32_t>(dag.tasks.size());
  return dag;
}

void link(Dag& dag, TaskIndex from, TaskIndex to) {
  dag.tasks[from].downstream.push_back(to);
  dag.tasks[to].upstream.push_back(from);
}

Run run_of(const Dag& dag) {
  Run run;
  run.id = RunId{7};
  run.state = RunState::running;
  run.started_at = WallTime{0};
  run.tasks.resize(dag.tasks.size());
  run.open = dag.task_count;
  return run;
}

WallTime at(seconds s) { return WallTime{1} + s; }

TEST(CriText, JoinsPartsAndMarksOurOwnLines) {
  CriText text({});
  EXPECT_EQ(text.feed("2026-11-22T08:54:03.123456789Z stdout P hel"), "");
  EXPECT_EQ(text.feed("lo\n2026-11-22T08:54:03.2Z stdout F  world\n"), "hello world\n");
  EXPECT_EQ(text.feed("2026-11-22T08:54:03.2Z tidemill F killed: out of memory\n"),
            "tidemill: killed: out of memory\n");
}

TEST(CriText, ATaskCannotSteerTheTerminal) {
  CriText text({});
  EXPECT_EQ(text.feed("t stdout F \x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m\n"),
            "\\x1b]0;title\\x07\\x1b[2Jred\n");
}

TEST(CriText, ATaskThatPrintsOurPrefixStaysItsOwnStream) {
  CriText marked({.timestamps = false, .terminal = {.interactive = true, .colour = true}});
  EXPECT_EQ(marked.feed("t stdout F tidemill: all is well\n"), "tidemill: all is well\n");
  EXPECT_EQ(marked.feed("t tidemill F stopped\n"), "\033[33mtidemill: stopped\033[0m\n");
}

std::string plain_text(std::string_view markdown) {
  std::string text;
  for (const std::string_view line : plain_markdown(markdown)) text += std::string(line) + "|";
  return text;
}

TEST(PlainMarkdown, FencesAndHeadingMarksGoAndTheRestStays) {
  EXPECT_EQ(plain_text("# Result\n\n```\n# no heading\n  x  1\n```\nend\n\n"),
            "Result||# no heading|  x  1|end|");
  EXPECT_EQ(plain_text("~~~~ text\n```\n~~~\n~~~~\n#tag"), "```|~~~|#tag|")
      << "only a fence of the same kind and length ends a block";
  EXPECT_EQ(plain_text("say ```x``` now\n```x``` too"), "say ```x``` now|```x``` too|");
  EXPECT_EQ(plain_text("```\nnever closed"), "never closed|");
  EXPECT_EQ(plain_text("\n\n  indented first\n"), "  indented first|");
  EXPECT_EQ(plain_text(""), "");
}

TEST(RunReports, ChecksAreLinesAndSummariesPlain) {
  const Dag dag = dag_of({"audit", "quiet"});
  auto run = run_of(dag);
  TaskResult result;
  result.checks = {{"rows", true, "error", "", "", ""},
                   {"no\x1bnulls", false, "warn", "id", "0", "4"},
                   {"fresh", false, "error", "", "", "2 days"}};
  result.summary = "## Done\n\nwell";
  run.tasks[0].result = std::make_shared<const TaskResult>(result);
  EXPECT_EQ(run_reports(dag, run),
            "\naudit\n"
            "  check rows holds\n"
            "  check no\\x1bnulls failed (warn), column id: expected 0, found 4\n"
            "  check fresh failed (error): found 2 days\n"
            "  Done\n\n  well\n");
}

TEST(Terminal, FittedCountsCodePointsNotBytes) {
  EXPECT_EQ(fitted("größe", 7), "größe  ");
  EXPECT_EQ(fitted("größenordnung", 5), "größ…");
  EXPECT_EQ(text_width("\033[31mab\033[0m"), 2u);
  EXPECT_EQ(fitted("\033[31mabcd\033[0m", 3), "\033[31mab…") << "colours take no columns";
}

TEST(ProgressView, ShowsRunningTasksRetriesAndHowMuchIsDone) {
  const Dag dag = dag_of({"extract", "train", "publish"});
  auto run = run_of(dag);
  run.started_at = at(seconds(0));
  run.tasks[0].state = TaskState::succeeded;
  run.open = 2;
  run.tasks[1].state = TaskState::running;
  run.tasks[1].attempts = 2;
  run.tasks[1].started_at = at(seconds(40));
  run.tasks[2].state = TaskState::retry_wait;
  run.tasks[2].retry_at = at(seconds(70));
  run.tasks[2].reason = "exit code 1";
  const std::map<TaskIndex, TaskProgress> progress = {{1, {0.5, "epoch 3 of 6"}}};
  const auto lines = render_progress({dag, run, progress, Duration(seconds(30)), at(seconds(62))},
                                     plain());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find("demo · run 7"), std::string::npos);
  EXPECT_NE(lines[0].find("1 of 3"), std::string::npos);
  EXPECT_NE(lines[0].find("about 30s left"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("attempt 2"), std::string::npos);
  EXPECT_NE(lines[1].find("50 % epoch 3 of 6"), std::string::npos);
  EXPECT_NE(lines[2].find("next attempt in 8s: exit code 1"), std::string::npos) << lines[2];
}

TEST(ProgressView, ManyRunningTasksAreCountedNotListed) {
  const Dag dag = dag_of(std::vector<std::string>(100, "t"));
  auto run = run_of(dag);
  for (auto& task : run.tasks) task.state = TaskState::running;
  const auto lines = render_progress({dag, run, {}, std::nullopt, at(seconds(1))}, plain(), 12);
  ASSERT_EQ(lines.size(), 14u);
  EXPECT_EQ(lines.back(), "    and 88 more");
  const Terminal low{.height = 6};
  EXPECT_LT(render_progress({dag, run, {}, std::nullopt, at(seconds(1))}, low).size(), 6u);
  EXPECT_EQ(render_progress({dag, run, {}, std::nullopt, at(seconds(1))}, low).back(),
            "    and 97 more");
}

TEST(ProgressView, ANarrowTerminalLosesTheBarAndKeepsTheFigures) {
  const Dag dag = dag_of({"extract"});
  auto run = run_of(dag);
  run.started_at = at(seconds(0));
  const ProgressInput input{dag, run, {}, Duration(seconds(95)), at(seconds(5))};
  EXPECT_EQ(render_progress(input, {.width = 40})[0],
            "demo · run 7  0 of 1  5s  about 1m 35s left");
  EXPECT_EQ(render_progress(input, {.width = 60})[0],
            "demo · run 7  " + progress_bar(0, 15) + "  0 of 1  5s  about 1m 35s left");
}

TEST(ProgressView, ATaskCannotPaintOverTheScreenThroughItsProgressText) {
  const Dag dag = dag_of({"t"});
  auto run = run_of(dag);
  run.tasks[0].state = TaskState::running;
  const std::map<TaskIndex, TaskProgress> progress = {{0, {7.0, "\x1b[2J"}}};
  const auto lines = render_progress({dag, run, progress, std::nullopt, at(seconds(1))}, plain());
  EXPECT_EQ(lines[1].find('\x1b'), std::string::npos);
  EXPECT_NE(lines[1].find("100 %"), std::string::npos);
}

TEST(ProgressView, OnlyChangesWorthAPersonsLineAreDescribed) {
  const Dag dag = dag_of({"train"});
  TaskRun task;
  EXPECT_EQ(describe_change(dag, task, 0, plain()), "");
  task.state = TaskState::failed;
  task.tolerated = true;
  task.reason = "exit code 3";
  EXPECT_EQ(describe_change(dag, task, 0, plain()), "✗ train failed: exit code 3 (tolerated)");
  task = {};
  task.state = TaskState::succeeded;
  EXPECT_EQ(describe_change(dag, task, 0, plain()), "✓ train reused from an earlier run");
}

TEST(Eta, IsTheLongerOfCriticalPathAndWorkOverSlots) {
  Dag dag = dag_of({"a", "b", "c", "d"});
  link(dag, 0, 1);
  auto run = run_of(dag);
  const TaskHistory history(4, Duration(seconds(10)));
  EXPECT_EQ(remaining_time(dag, run, history, 4, at(seconds(0))), Duration(seconds(20)));
  EXPECT_EQ(remaining_time(dag, run, history, 1, at(seconds(0))), Duration(seconds(40)));
}

TEST(Eta, SaysNothingWhenMostOfTheWorkWasNeverSeen) {
  const Dag dag = dag_of({"a", "b", "c"});
  const auto run = run_of(dag);
  const TaskHistory history = {Duration(seconds(10)), std::nullopt, std::nullopt};
  EXPECT_EQ(remaining_time(dag, run, history, 1, at(seconds(0))), std::nullopt);
}

TEST(Eta, ATaskThatRunsLongerThanEverHasNothingLeftNotLessThanNothing) {
  const Dag dag = dag_of({"a"});
  auto run = run_of(dag);
  run.tasks[0].state = TaskState::running;
  run.tasks[0].started_at = at(seconds(0));
  EXPECT_EQ(remaining_time(dag, run, {Duration(seconds(10))}, 1, at(seconds(99))), Duration(0));
}

}  // namespace
}  // namespace tidemill
