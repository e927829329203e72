#include "core/explain.h"

#include <gtest/gtest.h>

#include "core/approval.h"
#include "core/wait_for.h"
#include "tests/support/explain_fixture.h"
#include "tests/support/golden.h"

namespace tidemill::test {
namespace {

// Every scene of a test goes into one golden file, headed by what was staged.
class Explain : public ::testing::Test {
 protected:
  void scene(const std::string& title, const std::string& said) {
    all_ += "# " + title + '\n' + said + '\n';
  }
  void expect(const std::string& golden) { expect_golden("explain/" + golden + ".txt", all_); }

 private:
  std::string all_;
};

TEST_F(Explain, Waiting) {
  {
    Stage stage("extract -> train");
    stage.running("extract", 192);
    scene("one upstream runs", why(stage, "train"));
    stage.ready("extract", 5);
    scene("one upstream is ready", why(stage, "train"));
    stage.at("extract").state = TaskState::dispatched;
    scene("one upstream starts", why(stage, "train"));
    stage.at("extract").state = TaskState::retry_wait;
    stage.at("extract").retry_at = kNow.wall + std::chrono::seconds(20);
    scene("one upstream waits for its retry", why(stage, "train"));
    stage.at("extract").state = TaskState::awaiting_input;
    scene("one upstream waits for a person", why(stage, "train"));
  }
  {
    Stage stage("extract -> train -> evaluate -> publish -> report");
    stage.running("extract", 192);
    scene("two up", why(stage, "evaluate"));
    scene("four up", why(stage, "report"));
  }
  {
    Stage stage("a -> join; b -> join; c -> join; d -> join; e -> join; f -> join");
    stage.spec("join").trigger_rule = TriggerRule::all_done;
    stage.running("c", 4000);
    stage.ended("d", TaskState::failed, "exit code 3");
    stage.ready("e", 2);
    scene("several upstreams", why(stage, "join"));
    stage.spec("join").needs_expr = Expr::parse_needs("a && (b || c.failed)").value();
    scene("a needs expression", why(stage, "join"));
  }
  {
    Stage stage("x -> a -> join; y -> b -> join");
    stage.running("y", 9);
    scene("several waiting upstreams", why(stage, "join"));
  }
  expect("waiting");
}

TEST_F(Explain, WaitingForTheRun) {
  Dag dag = sketch("extract");
  add_hook(dag, HookKind::start, "hook.start");
  add_hook(dag, HookKind::failure, "hook.failure");
  Stage stage(std::move(dag));
  stage.running("hook.start", 3);
  scene("the start hook runs", why(stage, "extract"));
  scene("a hook waits for its moment", why(stage, "hook.failure"));
  stage.run.cancelling = true;
  stage.run.reason = "cancelled by ann";
  scene("the run is being cancelled", why(stage, "hook.failure"));
  stage.run.cancelling = false;
  stage.run.state = RunState::queued;
  stage.at("hook.start").state = TaskState::waiting;
  scene("the run is queued", why(stage, "extract"));
  expect("waiting_for_the_run");
}

TEST_F(Explain, Live) {
  Stage stage("train");
  WorkerView view = worker(1, 1, 1);
  view.name = "local";
  stage.placement.set_worker(view);
  stage.occupy("train", 2);
  stage.at("train").state = TaskState::dispatched;
  scene("starting", why(stage, "train"));
  stage.placement.occupy(of_run(ready(7), 2), WorkerId{1});
  scene("granted ahead", why(stage, "train"));
  stage.at("train").cause = Cause::cancelled;
  stage.run.reason = "cancelled by ann: wrong data";
  scene("stopped before it started", why(stage, "train"));
  stage.at("train").cause = Cause::none;
  stage.running("train", 192);
  scene("running", why(stage, "train"));
  stage.spec("train").timeout = std::chrono::minutes(30);
  stage.spec("train").retry = retries(2);
  stage.at("train").attempts = 3;
  stage.at("train").retries = 1;
  stage.at("train").losses = 1;
  scene("running with a timeout, third attempt", why(stage, "train"));
  stage.running("train", 1801);
  scene("its timeout has passed", why(stage, "train"));
  stage.at("train").cause = Cause::timeout;
  scene("stopped for its time", why(stage, "train"));
  stage.at("train").cause = Cause::cancelled;
  scene("stopped by a person", why(stage, "train"));
  stage.run.timed_out = true;
  stage.run.reason = "timed out after 1h 00m";
  scene("stopped with its run", why(stage, "train"));
  expect("live");
}

TEST_F(Explain, RetryWait) {
  Stage stage("train");
  stage.spec("train").retry = retries(2);
  TaskRun& task = stage.at("train");
  task.state = TaskState::retry_wait;
  task.attempts = task.retries = 1;
  task.reason = "out of memory; retry 1 of 2";
  task.memory_factor = 1.5f;
  task.retry_at = kNow.wall + std::chrono::seconds(20);
  scene("twenty seconds to go", why(stage, "train"));
  task.retry_at = ago(1);
  scene("due", why(stage, "train"));
  stage.enqueue("train", 1);
  stage.placement.set_worker(worker(1, 1));
  scene("ready again", why(stage, "train"));
  task.state = TaskState::awaiting_input;
  scene("waiting for a person", why(stage, "train"));
  expect("retry_wait");
}

TEST_F(Explain, WhatWaitsWithoutASlot) {
  Stage stage("gate -> load");
  TaskRun& gate = stage.at("gate");
  gate.state = TaskState::awaiting_input;
  gate.ready_at = ago(72);
  // As the scheduler knows it, which has looked already.
  const auto seen = [&] {
    gate.ready_since = kNow.boot + std::chrono::seconds(12);
    return text(explain_task(stage.dag, stage.run, stage.index("gate"), nullptr, kNow));
  };
  const auto wait = [&](WaitSpec::Kind kind, const std::string& target, Duration timeout) {
    WaitSpec spec;
    spec.kind = kind;
    spec.target = Template(target);
    spec.timeout = timeout;
    stage.spec("gate").wait_for = std::make_shared<const WaitSpec>(spec);
  };
  wait(WaitSpec::Kind::file, "/data/in.csv", std::chrono::minutes(5));
  scene("a file, first look", seen());
  wait(WaitSpec::Kind::http, "https://example.org/ready", {});
  gate.reason = "HTTP 404";
  scene("an address", seen());
  wait(WaitSpec::Kind::time, "1h", {});
  scene("a time", seen());
  wait(WaitSpec::Kind::dataset, "listings", {});
  gate.reason = "it was never updated";
  scene("a dataset", seen());
  scene("what comes after it", why(stage, "load"));
  stage.spec("gate").wait_for = nullptr;
  ApprovalSpec approval;
  approval.prompt = Template("Publish it?");
  approval.timeout = std::chrono::hours(1);
  stage.spec("gate").approval = std::make_shared<const ApprovalSpec>(approval);
  scene("an approval", seen());
  approval.approve_by_default = true;
  approval.role = Role::editor;
  stage.spec("gate").approval = std::make_shared<const ApprovalSpec>(approval);
  scene("one that is approved by default", seen());
  expect("awaiting_input");
}

TEST_F(Explain, Ended) {
  Stage stage("extract -> train -> evaluate -> publish; train -> report; extract -> audit");
  stage.spec("train").retry = retries(2);
  stage.ended("extract", TaskState::succeeded);
  scene("succeeded", why(stage, "extract"));
  stage.at("extract").attempts = 0;
  stage.at("extract").reason = "reused from run 5";
  scene("reused", why(stage, "extract"));

  TaskRun& train = stage.ended("train", TaskState::failed, "exit code 3; 2 of 2 retries used");
  train.attempts = 3;
  train.retries = 2;
  stage.ended("evaluate", TaskState::upstream_failed, "train failed");
  stage.ended("publish", TaskState::upstream_failed, "evaluate did not run");
  scene("failed", why(stage, "train"));
  scene("one below a failure", why(stage, "evaluate"));
  scene("two below a failure", why(stage, "publish"));
  train.tolerated = true;
  train.attempts = 0;
  train.cause = Cause::exec_failed;
  train.reason.clear();
  scene("a tolerated failure without an attempt or a reason", why(stage, "train"));
  stage.ended("train", TaskState::cancelled, "the run was cancelled by ann").attempts = 0;
  scene("cancelled before it started", why(stage, "train"));
  scene("below a cancelled task", why(stage, "evaluate"));
  stage.running("train", 90);
  stage.ended("train", TaskState::cancelled, "the run was cancelled by ann", 30);
  scene("cancelled while it ran", why(stage, "train"));
  stage.ended("evaluate", TaskState::upstream_failed, "the start hook failed: exit code 1");
  stage.ended("train", TaskState::upstream_failed, "the start hook failed: exit code 1");
  scene("without a failed upstream", why(stage, "evaluate"));
  expect("ended");
}

TEST_F(Explain, Skipped) {
  Stage stage("check -> train -> publish");
  stage.ended("check", TaskState::skipped, "if: params.full is false");
  stage.ended("train", TaskState::skipped,
              "check was skipped, and all_success needs every upstream to succeed");
  stage.ended("publish", TaskState::skipped,
              "train was skipped, and all_success needs every upstream to succeed");
  scene("by its own condition", why(stage, "check"));
  scene("one below", why(stage, "train"));
  scene("two below", why(stage, "publish"));
  expect("skipped");
}

TEST(ExplainRoot, TheFirstFailureIsNamedNotTheLast) {
  Stage stage("a -> x -> join; b -> y -> join");
  stage.ended("a", TaskState::failed, "exit code 1", 10);
  stage.ended("b", TaskState::failed, "exit code 2", 20);
  for (const char* id : {"x", "y", "join"}) stage.ended(id, TaskState::upstream_failed);
  EXPECT_TRUE(why(stage, "join").starts_with("join did not run because b failed (exit code 2)\n"));
}

TEST(ExplainRoot, AFailureIsNamedBeforeACancel) {
  Stage stage("a -> join; b -> join");
  stage.ended("a", TaskState::cancelled, "", 100);
  stage.ended("b", TaskState::failed, "exit code 2", 20);
  stage.ended("join", TaskState::upstream_failed);
  EXPECT_TRUE(why(stage, "join").starts_with("join did not run because b failed"));
}

TEST(BlockedBy, CountsWhatFellAndWhatWillFallButNotWhatRunsAnyway) {
  Stage stage("train -> evaluate -> publish; train -> cleanup -> tell; train -> any; load -> any");
  stage.spec("cleanup").trigger_rule = TriggerRule::all_done;
  stage.spec("any").trigger_rule = TriggerRule::one_success;
  stage.running("train", 5);
  const auto named = [&] {
    std::string all;
    for (const TaskIndex task : blocked_by(stage.dag, stage.run, stage.index("train"))) {
      all += stage.dag.tasks[task].id + ' ';
    }
    return all;
  };
  EXPECT_EQ(named(), "evaluate publish ");
  stage.ended("train", TaskState::failed);
  stage.ended("evaluate", TaskState::upstream_failed);
  stage.ended("cleanup", TaskState::succeeded);
  stage.ended("any", TaskState::upstream_failed);
  EXPECT_EQ(named(), "evaluate any publish ");
}

TEST_F(Explain, Runs) {
  Dag dag = sketch("extract -> train -> evaluate -> publish -> tell; train -> report; audit; tune");
  dag.timeout = std::chrono::hours(4);
  Stage stage(std::move(dag));
  stage.run.state = RunState::queued;
  scene("queued", why_run(stage));
  stage.run.state = RunState::running;
  stage.ended("extract", TaskState::succeeded);
  stage.running("train", 60);
  stage.at("tune").state = TaskState::retry_wait;
  stage.at("tune").reason = "out of memory; retry 1 of 2";
  stage.at("tune").retry_at = kNow.wall + std::chrono::seconds(20);
  stage.ready("audit", 2);
  scene("running", why_run(stage));
  stage.run.deadline_missed = true;
  stage.ended("train", TaskState::failed, "exit code 3");
  for (const char* id : {"evaluate", "publish", "tell", "report"}) {
    stage.ended(id, TaskState::upstream_failed);
  }
  scene("running after a failure, deadline missed", why_run(stage));
  stage.run.cancelling = true;
  stage.run.reason = "cancelled by ann: wrong data";
  stage.running("audit", 2);
  scene("being cancelled", why_run(stage));

  stage.run.ended_at = kNow.wall;
  stage.ended("audit", TaskState::cancelled);
  stage.ended("tune", TaskState::cancelled);
  stage.ended("train", TaskState::cancelled);
  stage.run.state = RunState::cancelled;
  scene("cancelled", why_run(stage));
  stage.run.deadline_missed = false;
  stage.run.cancelling = false;
  stage.run.state = RunState::failed;
  stage.run.timed_out = true;
  stage.run.reason = "timed out after 4h 00m";
  scene("timed out", why_run(stage));
  stage.run.timed_out = false;
  stage.ended("audit", TaskState::succeeded);
  stage.ended("tune", TaskState::succeeded);
  stage.ended("train", TaskState::failed, "exit code 3; 2 of 2 retries used");
  scene("one failure", why_run(stage));
  for (const char* id : {"audit", "tune", "extract"})
    stage.ended(id, TaskState::failed, "exit code 1");
  scene("many failures", why_run(stage));
  for (TaskRun& task : stage.run.tasks) {
    task.state = TaskState::succeeded;
    task.tolerated = false;
  }
  stage.ended("audit", TaskState::failed, "exit code 1").tolerated = true;
  stage.run.state = RunState::partial;
  stage.run.reason = "audit failed: exit code 1 (a failure that is allowed)";
  scene("partial", why_run(stage));
  stage.ended("audit", TaskState::succeeded);
  stage.at("tune").pruned = true;
  stage.run.state = RunState::succeeded;
  scene("succeeded, without a task that was left out", why_run(stage));
  expect("runs");
}

TEST(ExplainLarge, AThousandUpstreamsMakeOneSentence) {
  std::string tasks;
  for (int i = 0; i < 1000; ++i) tasks += fmt::format("t{} -> join;", i);
  tasks.pop_back();
  Stage stage(tasks);
  EXPECT_LT(why(stage, "join").size(), 400u);
  for (TaskRun& task : stage.run.tasks) task.state = TaskState::failed;
  EXPECT_LT(why_run(stage).size(), 600u);
}

// A clock that was set back must not frighten anybody with negative or huge times.
TEST(ExplainLarge, TimesInTheFutureCountAsNow) {
  Stage stage("train");
  stage.running("train", -3600);
  EXPECT_TRUE(why(stage, "train").starts_with("train has been running for 0"));
}

TEST_F(Explain, ByHand) {
  Stage stage("extract -> train -> publish; audit");
  stage.dag.timeout = std::chrono::hours(4);
  stage.ended("extract", TaskState::succeeded);
  stage.ready("train", 30);
  stage.running("audit", 20);
  stage.run.paused = true;
  stage.run.paused_at = ago(300);
  stage.run.pause_note = "paused by ann: the table is locked";
  scene("a run is paused", why_run(stage));
  scene("a task that may start is held", why(stage, "train"));
  scene("a task waits in a paused run", why(stage, "publish"));
  stage.run.state = RunState::queued;
  scene("a queued run is paused", why_run(stage));
  scene("a task of it", why(stage, "publish"));
  stage.run.paused = false;
  stage.run.reopened = 1;
  scene("a reopened run waits its turn", why_run(stage));
  stage.run.state = RunState::running;
  stage.at("audit").on_stop = TaskState::waiting;
  stage.at("audit").cause = Cause::cancelled;
  stage.at("audit").reason = "cleared by ann: wrong data";
  scene("a live task is cleared", why(stage, "audit"));
  stage.at("publish").reason = "cleared by ann: wrong data";
  scene("a cleared task waits", why(stage, "publish"));
  TaskRun& train = stage.running("train", 9);
  train.attempts = 4;
  train.attempts_before = 3;
  scene("a cleared task runs again", why(stage, "train"));
  train.attempts_before = 0;
  stage.ended("train", TaskState::succeeded, "marked succeeded by ann: done elsewhere");
  stage.at("train").marked = true;
  scene("a task is marked succeeded", why(stage, "train"));
  stage.ended("train", TaskState::failed, "marked failed by ann");
  scene("a task is marked failed", why(stage, "train"));
  expect("by_hand");
}

}  // namespace
}  // namespace tidemill::test
