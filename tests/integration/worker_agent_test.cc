// The agent as a real process between a scheduler played by the test and a real supervisor.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "tests/support/agent_fixture.h"

namespace tidemill::testing {
namespace {

class Agent : public ::testing::Test {
 protected:
  void SetUp() override { worker.start_agent(); }
  AgentFixture worker;
};

TEST_F(Agent, SaysHelloWithWhatItHas) {
  EXPECT_EQ(worker.hello().worker, "local");
  EXPECT_EQ(worker.hello().slots, 2);
  EXPECT_FALSE(worker.hello().boot_id.empty());
  EXPECT_TRUE(worker.hello().attempts.empty());
  EXPECT_GT(worker.hello().capacity.memory, 0u);
}

TEST_F(Agent, RunsAPlainTask) {
  worker.send(worker.order(1, {"true"}));
  EXPECT_GT(worker.await_started(1).pid, 0);
  const Outcome outcome = worker.await_end(1);
  EXPECT_EQ(outcome.cause, Cause::none) << outcome.message;
  EXPECT_TRUE(outcome.result.empty());
}

TEST_F(Agent, GivesTheTaskItsFilesAndCollectsThem) {
  auto start = worker.script(1, R"(
    echo "rows=12" >> "$TIDEMILL_OUTPUT"
    printf 'text<<END\nline 1\nline 2\nEND\n' >> "$TIDEMILL_OUTPUT"
    echo '{"name": "accuracy", "value": 0.75, "slice": "de", "step": 3}' >> "$TIDEMILL_METRICS"
    echo '{"check": "no_nulls", "success": false, "actual": 4}' >> "$TIDEMILL_CHECKS"
    echo '# Done' > "$TIDEMILL_SUMMARY"
    cat "$TIDEMILL_CONTEXT"
    test -d "$TIDEMILL_CHECKPOINT" && test -d "$TIDEMILL_OUT" && test -z "$TIDEMILL_RESUME"
  )");
  start.outputs = {"rows", "text"};
  const Outcome outcome = worker.run(start);
  ASSERT_EQ(outcome.cause, Cause::none) << outcome.message << worker.log(1);
  ASSERT_EQ(outcome.result.outputs.size(), 2u);
  EXPECT_EQ(outcome.result.outputs[0].second, "12");
  EXPECT_EQ(outcome.result.outputs[1].second, "line 1\nline 2");
  ASSERT_EQ(outcome.result.metrics.size(), 1u);
  EXPECT_EQ(outcome.result.metrics[0].value, 0.75);
  EXPECT_EQ(outcome.result.metrics[0].slice, "de");
  EXPECT_EQ(outcome.result.metrics[0].step, 3);
  ASSERT_EQ(outcome.result.checks.size(), 1u);
  EXPECT_FALSE(outcome.result.checks[0].success);
  EXPECT_EQ(outcome.result.checks[0].actual, "4");
  EXPECT_EQ(outcome.result.summary, "# Done\n");
  EXPECT_EQ(worker.log_text(1, "stdout").substr(0, 14), "{\"attempt\": 1}");
}

}  // namespace
}  // namespace tidemill::testing
