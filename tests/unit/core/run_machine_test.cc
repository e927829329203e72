// The run machine as scenarios: what happens, and what has to be done about it.
#include "core/run_machine.h"

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(RunMachine, AChainRunsTaskByTask) {
  RunFixture run(dag("extract -> train -> evaluate"));
  EXPECT_EQ(run.start(), "ready extract");
  EXPECT_EQ(run.grant("extract"), "");
  EXPECT_EQ(run.started("extract"), "");
  EXPECT_EQ(run.ended("extract", success()), "ready train");
  EXPECT_EQ(run.succeed("train"), "ready evaluate");
  EXPECT_EQ(run.succeed("evaluate"), "run succeeded");
  EXPECT_EQ(run.run().reason, "");
}

TEST(RunMachine, AFailureStopsWhatDependsOnItAndNothingElse) {
  RunFixture run(dag("extract -> train -> evaluate; audit"));
  EXPECT_EQ(run.start(), "ready extract; ready audit");
  EXPECT_EQ(run.attempt("extract", exited(3)), "");
  EXPECT_EQ(run.states(),
            "extract failed, train upstream_failed, evaluate upstream_failed, audit ready");
  EXPECT_EQ(run.of("extract").reason, "exit code 3");
  EXPECT_EQ(run.of("train").reason, "upstream extract failed");
  EXPECT_EQ(run.of("evaluate").reason, "upstream train upstream_failed");
  EXPECT_EQ(run.succeed("audit"), "run failed");
  EXPECT_EQ(run.run().reason, "extract failed: exit code 3");
}

TEST(RunMachine, RetryWaitsThenRunsAgainAsANewAttempt) {
  RunFixture run(dag("train -> evaluate", retries(1, seconds(30))));
  EXPECT_EQ(run.start(), "ready train");
  EXPECT_EQ(run.attempt("train", exited(137)), "wake at +30.0s");
  EXPECT_EQ(run.state("train"), TaskState::retry_wait);
  EXPECT_EQ(run.of("train").reason, "exit code 137; retry 1 of 1");
  EXPECT_EQ(run.wake_after(seconds(29)), "ignored: no timer is due; wake at +1.0s");
  EXPECT_EQ(run.wake_after(seconds(1)), "ready train");
  EXPECT_EQ(run.of("train").reason, "");
  EXPECT_EQ(run.succeed("train"), "ready evaluate");
  EXPECT_EQ(run.of("train").attempts, 2u);
}

}  // namespace
}  // namespace tidemill
