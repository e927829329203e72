#include "scheduler/stuck_tasks.h"

#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

class StuckTasksTest : public EngineFixture {
 protected:
  std::string look() { return join(stuck_.look(*engine_, now_), "; "); }
  // As the loop does: at the latest when it wants to look again.
  std::string look_when_due() {
    if (stuck_.next_look() && now_.boot < *stuck_.next_look()) {
      pass(*stuck_.next_look() - now_.boot);
    }
    return look();
  }

  StuckTasks stuck_;
};

TEST_F(StuckTasksTest, ATaskThatAsksForMoreThanAnyWorkerHasIsToldOnce) {
  submit(dag("probe; easy", with("probe", [](TaskSpec& spec) { spec.resources.gpu = 1; })));
  hello(1, "w");
  turn();
  EXPECT_EQ(look(), "") << "a larger worker may be about to connect";
  EXPECT_EQ(look_when_due(), "");
  EXPECT_EQ(look_when_due(),
            "probe waits: it can never start here: it asks for 1 GPU and the largest worker has 0");
  EXPECT_EQ(look_when_due(), "");
}

TEST_F(StuckTasksTest, AnUnknownLabelIsTold) {
  submit(dag("probe", with("probe", [](TaskSpec& spec) { spec.runs_on = {"gpu"}; })));
  hello(1, "w");
  turn();
  pass(StuckTasks::kPatience);
  EXPECT_EQ(look(), "probe waits: no worker has the label gpu (1 is connected)");
}

TEST_F(StuckTasksTest, WhatOnlyWaitsItsTurnIsNotTold) {
  // Tasks that ask for resources are never granted ahead of a free slot, so most of these stay
  // ready.
  const auto asks = [](TaskSpec& spec) { spec.resources.cpu = 1; };
  submit(dag("a; b; c; d", with("a", asks), with("b", asks), with("c", asks), with("d", asks)));
  pass(StuckTasks::kPatience);
  EXPECT_EQ(look(), "") << "no worker is connected yet";
  hello(1, "w");
  turn();
  pass(StuckTasks::kPatience);
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(stuck_.next_look().has_value());
}

TEST_F(StuckTasksTest, WhenNothingIsReadyNothingIsLookedFor) {
  submit(dag("a"));
  hello(1, "w");
  turn();
  EXPECT_EQ(look(), "");
  EXPECT_FALSE(stuck_.next_look().has_value());
}

}  // namespace
}  // namespace tidemill
