#include "core/alert/forecast.h"

#include <gtest/gtest.h>

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{1'000'000'000'000};

std::vector<Duration> times(int count, Duration each) {
  return std::vector<Duration>(static_cast<std::size_t>(count), each);
}

class FearedEnd : public ::testing::Test {
 protected:
  FearedEnd() : dag_(dag("extract -> train -> publish; extract -> audit")) {
    run_.state = RunState::running;
    run_.tasks.resize(dag_.tasks.size());
    for (const char* task : {"extract", "train", "publish"}) seen_[task] = times(5, minutes(10));
    seen_["audit"] = times(5, minutes(1));
  }
  TaskRun& task(const char* id) { return run_.tasks[dag_.find(id)]; }
  std::optional<WallTime> end() {
    return feared_end(dag_, run_, feared_durations(dag_, seen_), kNow);
  }

  Dag dag_;
  tidemill::Run run_;
  std::map<std::string, std::vector<Duration>> seen_;
};

TEST_F(FearedEnd, IsTheLongestChainOfWhatIsLeft) {
  EXPECT_EQ(end(), kNow + minutes(30));
  task("extract").state = TaskState::succeeded;
  EXPECT_EQ(end(), kNow + minutes(20));
  task("train").state = TaskState::running;
  task("train").started_at = kNow - minutes(4);
  EXPECT_EQ(end(), kNow + minutes(16));
}

TEST_F(FearedEnd, ATaskThatTakesTooLongIsFearedToEndAnyMoment) {
  task("extract").state = TaskState::succeeded;
  task("train").state = TaskState::running;
  task("train").started_at = kNow - minutes(60);
  EXPECT_EQ(end(), kNow + minutes(10));
}

TEST_F(FearedEnd, IsNotMadeUp) {
  seen_["train"] = times(2, minutes(10));
  seen_["publish"].clear();
  seen_.erase("audit");
  EXPECT_EQ(end(), std::nullopt) << "of most tasks too little is known";
  run_.state = RunState::failed;
  EXPECT_EQ(end(), std::nullopt);
}

TEST(SlowAfter, NeedsTenGoodRuns) {
  EXPECT_EQ(slow_after(times(9, minutes(10))), std::nullopt);
  EXPECT_EQ(slow_after(times(10, minutes(10))), minutes(15));
  auto mixed = times(19, minutes(10));
  mixed.push_back(minutes(60));
  EXPECT_EQ(slow_after(mixed), minutes(15)) << "one that was slow itself does not count";
  EXPECT_EQ(task_slow_after(times(10, minutes(10))), minutes(15));
  EXPECT_EQ(task_slow_after(times(10, minutes(1))), minutes(2)) << "a minute beyond at least";
  EXPECT_EQ(task_slow_after(times(9, minutes(1))), std::nullopt);
}

}  // namespace
}  // namespace tidemill
