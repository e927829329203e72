// The checker itself: each kind of damage is seen. (That sound runs pass is checked by every other
// test of the run machine.)
#include "core/invariants.h"

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// extract has succeeded, train runs, audit waits for its retry, clean is ready, publish waits.
RunFixture sound_run() {
  RunFixture run(dag("extract -> train -> publish; audit; clean", retries(2),
                     queue_timeout("clean", minutes(5)), run_timeout(hours(1)),
                     deadline(hours(2), Deadline::From::started), hooks({"exit"})));
  run.start();
  run.succeed("extract");
  run.grant("train");
  run.started("train");
  run.fail("audit");
  return run;
}

std::string damage(const std::function<void(const Dag&, Run&)>& change) {
  const RunFixture fixture = sound_run();
  tidemill::Run run = fixture.run();
  change(fixture.dag(), run);
  const std::vector<std::string> broken = check_invariants(fixture.dag(), run);
  return broken.empty() ? "nothing is wrong" : broken.front();
}

std::string damage_task(std::string_view id, const std::function<void(TaskRun&)>& change) {
  return damage([&](const Dag& dag, tidemill::Run& run) { change(run.tasks[dag.find(id)]); });
}

TEST(Invariants, HoldForASoundRun) {
  EXPECT_EQ(damage([](const Dag&, tidemill::Run&) {}), "nothing is wrong");
}

TEST(Invariants, SeeCountersThatHaveDrifted) {
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { ++t.upstream.failed; }),
            "train is running: upstream counts are wrong");
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) { ++run.open; }),
            "the run is running: open is wrong");
}

TEST(Invariants, SeeTimersThatAreMissingOrLeftOver) {
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) {
              std::erase_if(run.timers,
                            [](const RunTimer& t) { return t.kind == RunTimer::Kind::retry; });
            }),
            "the run is running: the tasks' timers are wrong");
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) {
              run.timers.insert({BootTime{5}, RunTimer::Kind::queue_timeout, 0});
            }),
            "the run is running: the tasks' timers are wrong");
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) {
              std::erase_if(run.timers, [](const RunTimer& t) {
                return t.kind == RunTimer::Kind::run_timeout;
              });
            }),
            "the run is running: its timeout is wrong");
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) { run.deadline_missed = true; }),
            "the run is running: its deadline is wrong");
}

TEST(Invariants, SeeATaskThatRanAgainstItsRule) {
  EXPECT_EQ(damage([](const Dag& dag, tidemill::Run& run) {
              TaskRun& publish = run.tasks[dag.find("publish")];
              publish.state = TaskState::ready;
              publish.ready_at = WallTime{1};
            }),
            "publish is ready: its rule does not say run");
}

TEST(Invariants, SeeATaskThatIsKeptFromRunning) {
  EXPECT_EQ(damage([](const Dag& dag, tidemill::Run& run) {
              TaskRun& train = run.tasks[dag.find("train")];
              train = {};
              train.upstream = {1, 1, 0, 0, 0, 0};
            }),
            "train is waiting: its rule has decided");
}

TEST(Invariants, SeeAttemptsThatDoNotAddUp) {
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { ++t.attempts; }),
            "train is running: attempts do not add up");
  EXPECT_EQ(damage_task("audit", [](TaskRun& t) { t.retries = 0; }),
            "audit is retry_wait: an attempt is missing");
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { t.attempt = AttemptId{1}; }),
            "train is running: its attempt id is not its own");
  EXPECT_EQ(damage_task("audit", [](TaskRun& t) { t.retries = 3, t.attempts = 3; }),
            "audit is retry_wait: a limit was passed");
}

TEST(Invariants, SeeTimesAndResultsThatContradictTheState) {
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { t.ended_at = WallTime{1}; }),
            "train is running: ended_at does not say so");
  EXPECT_EQ(damage_task("audit", [](TaskRun& t) { t.retry_at = {}; }),
            "audit is retry_wait: retry_at does not say so");
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { t.result = std::make_shared<TaskResult>(); }),
            "train is running: it has a result");
  EXPECT_EQ(damage_task("train", [](TaskRun& t) { t.tolerated = true; }),
            "train is running: tolerated is wrong");
}

TEST(Invariants, SeeACancelThatMissedATask) {
  EXPECT_EQ(damage([](const Dag&, tidemill::Run& run) { run.cancelling = true; }),
            "train is running: it is not being stopped");
}

TEST(Invariants, SeeAHookThatRanTooEarly) {
  EXPECT_EQ(damage([](const Dag& dag, tidemill::Run& run) {
              TaskRun& hook = run.tasks[dag.find("hook.exit")];
              hook.state = TaskState::ready;
              hook.ready_at = WallTime{1};
            }),
            "hook.exit is ready: a closing hook ran before the body's end");
}

TEST(Invariants, SeeARunStateThatItsTasksDoNotImply) {
  RunFixture fixture(dag("extract"));
  fixture.start();
  fixture.fail("extract");
  tidemill::Run run = fixture.run();
  run.state = RunState::succeeded;
  EXPECT_EQ(check_invariants(fixture.dag(), run),
            std::vector<std::string>{"the run is succeeded: its tasks say otherwise (I7)"});
}

TEST(Invariants, SeeARunInWhichNothingCanMove) {
  RunFixture fixture(dag("extract", hooks({"exit"})));
  fixture.start();
  tidemill::Run run = fixture.run();
  run.tasks[0].state = TaskState::succeeded;
  run.tasks[0].ended_at = WallTime{1};
  run.open = 0;
  EXPECT_EQ(check_invariants(fixture.dag(), run),
            std::vector<std::string>{"the run is running: nothing in it can move"});
}

TEST(LegalEdges, NothingLeavesATerminalState) {
  for (int from = 0; from < kTaskStateCount; ++from) {
    for (int to = 0; to < kTaskStateCount; ++to) {
      const auto state = static_cast<TaskState>(from);
      if (is_terminal(state) || from == to) {
        EXPECT_FALSE(is_legal_edge(state, static_cast<TaskState>(to)));
      }
    }
  }
}

}  // namespace
}  // namespace tidemill
