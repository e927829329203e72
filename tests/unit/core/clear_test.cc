// What a clear or mark would change, by scenario. That the plan is exactly what happens is checked
// on random DAGs in run_machine_history_test.cc.
#include "core/clear.h"

#include <fmt/format.h>

#include "base/text.h"
#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

std::string text(const RunFixture& run, const Result<ClearPlan>& plan) {
  if (!plan.ok()) return "refused: " + plan.error().message;
  std::vector<std::string> lines;
  for (const PlannedChange& change : plan->tasks) {
    std::string line = fmt::format("{}: {}", run.dag().tasks[change.task].id,
                                   describe(run.dag(), change));
    if (change.to != TaskState::waiting) line += fmt::format(", {}", to_word(change.to));
    if (change.live) line += ", stopped first";
    lines.push_back(std::move(line));
  }
  if (plan->reopens) lines.push_back("reopens");
  return join(lines, "; ");
}

std::string clear(const RunFixture& run, const std::vector<std::string>& ids, ClearReach reach) {
  std::vector<TaskIndex> tasks;
  for (const std::string& id : ids) tasks.push_back(run.index(id));
  return text(run, plan_clear(run.dag(), run.run(), tasks, reach));
}

std::string mark(const RunFixture& run, const std::string& id, TaskState to) {
  return text(run, plan_mark(run.dag(), run.run(), {run.index(id)}, to));
}

RunFixture diamond() {
  RunFixture run(dag("extract -> train, audit -> publish"));
  run.start();
  run.succeed("extract");
  run.succeed("audit");
  run.fail("train");
  return run;
}

TEST(Clear, EachReachTakesItsTasks) {
  const RunFixture run = diamond();
  EXPECT_EQ(clear(run, {"train"}, ClearReach::only), "train: chosen; reopens");
  EXPECT_EQ(clear(run, {"train"}, ClearReach::downstream),
            "train: chosen; publish: downstream of train; reopens");
  EXPECT_EQ(clear(run, {"train"}, ClearReach::upstream),
            "extract: upstream of train; train: chosen; reopens");
  EXPECT_EQ(clear(run, {"train"}, ClearReach::both),
            "extract: upstream of train; train: chosen; publish: downstream of train; reopens");
  EXPECT_EQ(clear(run, {}, ClearReach::failed),
            "train: chosen; publish: did not run because of train; reopens");
  EXPECT_EQ(clear(run, {"extract", "train"}, ClearReach::failed),
            clear(run, {}, ClearReach::failed));
}

TEST(Clear, RefusesASenselessChoiceInWords) {
  const RunFixture run = diamond();
  EXPECT_EQ(clear(run, {}, ClearReach::only), "refused: choose at least one task");
  EXPECT_EQ(clear(run, {"audit"}, ClearReach::failed),
            "refused: nothing to do: no such task failed or was cancelled");
  EXPECT_EQ(text(run, plan_clear(run.dag(), run.run(), {99}, ClearReach::only)),
            "refused: dag test has no task 99");
  EXPECT_EQ(mark(run, "train", TaskState::running),
            "refused: a task can be marked succeeded, skipped or failed, not running");
}

TEST(Clear, ALiveTaskIsStoppedFirstAndWaitingOnesAreLeftAlone) {
  RunFixture run(dag("extract -> train -> publish"));
  run.start();
  run.succeed("extract");
  run.grant("train");
  EXPECT_EQ(clear(run, {"train"}, ClearReach::both),
            "extract: upstream of train; train: chosen, stopped first");
}

TEST(Clear, WhatMayStartOnAResetUpstreamWaitsAgain) {
  RunFixture run(dag("extract -> train; other -> train; a, b -> any", retries(3),
                     rule("any", TriggerRule::one_success)));
  run.start();
  for (const char* id : {"extract", "other", "a", "b"}) run.succeed(id);
  run.fail("train");
  EXPECT_EQ(clear(run, {"extract"}, ClearReach::only),
            "extract: chosen; train: must wait for extract again")
      << "its retry is due";
  EXPECT_EQ(clear(run, {"a"}, ClearReach::only), "a: chosen") << "b still lets it run";
}

TEST(Clear, WhatHasBegunOnAnEndIsNotLeftWithoutIt) {
  RunFixture run(dag("extract -> train"));
  run.start();
  run.succeed("extract");
  run.grant("train");
  EXPECT_EQ(clear(run, {"extract"}, ClearReach::only),
            "refused: train is dispatched and began on the end of extract; choose it too, which "
            "stops it, or wait for its end");
  EXPECT_EQ(clear(run, {"extract"}, ClearReach::downstream),
            "extract: chosen; train: downstream of extract, stopped first");
  EXPECT_EQ(mark(run, "extract", TaskState::failed), clear(run, {"extract"}, ClearReach::only));
}

TEST(Clear, HooksRunAgainWithAReopenedRun) {
  RunFixture run(dag("a", hooks({"success", "failure", "exit"})));
  run.start();
  run.fail("a");
  run.succeed("hook.failure");
  run.grant("hook.exit");
  EXPECT_EQ(clear(run, {}, ClearReach::failed),
            "refused: hook.exit is dispatched; wait for its end");
  run.ended("hook.exit", success());
  EXPECT_EQ(clear(run, {}, ClearReach::failed),
            "a: chosen; hook.success: hooks run again with the run; hook.failure: hooks run again "
            "with the run; hook.exit: hooks run again with the run; reopens");
}

TEST(Clear, AFailedStartHookRunsAgainAndWithItWhatItHeldBack) {
  RunFixture run(dag("a -> b", hooks({"start"})));
  run.start();
  run.fail("hook.start");
  EXPECT_EQ(clear(run, {"a"}, ClearReach::only),
            "a: chosen; hook.start: hooks run again with the run; reopens");
  EXPECT_EQ(clear(run, {}, ClearReach::failed),
            "a: did not run because of hook.start; b: did not run because of hook.start; "
            "hook.start: chosen; reopens");
  RunFixture fine(dag("a", hooks({"start"})));
  fine.start();
  fine.succeed("hook.start");
  EXPECT_EQ(clear(fine, {"hook.start"}, ClearReach::only),
            "refused: the start hook runs again only when it has failed or was cancelled");
}

TEST(Clear, WhatWasLeftOutStaysOut) {
  RunOptions options;
  options.only = {1};
  RunFixture run(dag("a -> b -> c"), options);
  run.start();
  run.fail("b");
  EXPECT_EQ(clear(run, {"b"}, ClearReach::both), "b: chosen; reopens");
  EXPECT_EQ(clear(run, {"a"}, ClearReach::only), "refused: a was left out of this run");
}

TEST(Clear, AMarkThatRepairsTakesUpWhatItHeldBack) {
  const RunFixture run = diamond();
  EXPECT_EQ(mark(run, "train", TaskState::succeeded),
            "train: chosen, succeeded; publish: did not run because of train; reopens");
  EXPECT_EQ(mark(run, "extract", TaskState::failed), "extract: chosen, failed; reopens");
  EXPECT_EQ(mark(run, "train", TaskState::failed),
            "refused: nothing to do: every such task is failed already, or is being marked so");
}

TEST(Clear, RetryBudgetsBeginAnewAndNumbersGoOn) {
  RunFixture run(dag("a", retries(1)));
  run.start();
  run.fail("a");
  run.wake_after(std::chrono::seconds(10));
  run.fail("a");
  EXPECT_EQ(run.run().state, RunState::failed);
  run.on(event::Clear{{run.index("a")}, ClearReach::only, "ann", ""});
  run.start();
  run.fail("a");
  EXPECT_EQ(run.state("a"), TaskState::retry_wait) << "a retry of its new budget";
  EXPECT_EQ(run.of("a").attempts, 3u);
  EXPECT_EQ(run.of("a").attempts_before, 2u);
}

TEST(Clear, APauseStopsTheClockOfTheRunAndOfTheQueue) {
  using std::chrono::minutes;
  RunFixture run(dag("a -> b; c", run_timeout(minutes(60)), queue_timeout("a", minutes(10))));
  run.start();
  run.grant("c");
  run.pass(minutes(5));
  EXPECT_EQ(run.on(event::Pause{"ann", "wait"}), "unready a");
  EXPECT_EQ(run.wake_after(minutes(600)), "ignored: no timer is due");
  EXPECT_EQ(run.on(event::Resume{"ann", ""}), "ready a; wake at +10m 00s");
  EXPECT_EQ(run.wake_after(minutes(9)), "ignored: no timer is due; wake at +1m 00s");
  run.succeed("a");
  EXPECT_EQ(run.wake_after(minutes(45)), "ignored: no timer is due; wake at +1m 00s");
  run.wake_after(minutes(1));
  EXPECT_TRUE(run.run().timed_out) << "60 minutes, and 10 hours in which nothing might start";
}

TEST(Clear, WordsOfReaches) {
  for (const char* word : {"only", "downstream", "upstream", "both", "failed"}) {
    EXPECT_EQ(to_word(clear_reach_from(word).value()), word);
  }
  EXPECT_EQ(clear_reach_from("all"), std::nullopt);
}

}  // namespace
}  // namespace tidemill
