#include "core/graph.h"

#include <gtest/gtest.h>

#include "tests/support/dag_sketch.h"

namespace tidemill::test {
namespace {

using Levels = std::vector<std::uint32_t>;

TEST(Graph, ALevelIsTheLongestWayFromARoot) {
  const Dag dag = sketch("a -> b -> c -> e; a -> e; d -> c");
  EXPECT_EQ(task_levels(dag), (Levels{0, 1, 2, 3, 0}));
  const auto grouped = tasks_by_level(dag);
  ASSERT_EQ(grouped.size(), 4u);
  EXPECT_EQ(grouped[0], (std::vector<TaskIndex>{0, 4}));
}

TEST(Graph, NoTasksHaveNoLevelsAndHooksHaveNone) {
  Dag dag;
  EXPECT_TRUE(tasks_by_level(dag).empty());
  dag = sketch("a");
  add_hook(dag, HookKind::exit, "hook.exit");
  EXPECT_EQ(task_levels(dag), (Levels{0}));
}

TEST(Graph, AChainOfFiftyThousandNeedsNoStack) {
  Dag dag;
  dag.tasks.resize(50'000);
  dag.task_count = 50'000;
  for (TaskIndex task = 1; task < 50'000; ++task) add_edge(dag, task - 1, task);
  EXPECT_EQ(task_levels(dag).back(), 49'999u);
  const auto all = [](TaskIndex) { return true; };
  EXPECT_EQ(reach_downstream(dag, {0}, all).size(), 49'999u);
  const auto path = path_upstream(
      dag, 49'999, all, [](TaskIndex task) { return task == 0; },
      [](TaskIndex, TaskIndex) { return false; });
  EXPECT_EQ(path.size(), 50'000u);
}

TEST(GraphDeathTest, ACycleIsABug) {
  Dag dag = sketch("a -> b");
  add_edge(dag, 1, 0);
  EXPECT_DEATH((void)task_levels(dag), "CHECK failed");
}

TEST(Graph, DownstreamIsReachedOnceAndOnlyThroughWhatIsEntered) {
  const Dag dag = sketch("a -> b -> d; a -> c -> d; d -> e; c -> f");
  const auto all = [](TaskIndex) { return true; };
  EXPECT_EQ(reach_downstream(dag, {0}, all), (std::vector<TaskIndex>{1, 3, 2, 5, 4}));
  EXPECT_EQ(reach_downstream(dag, {1, 3}, all), (std::vector<TaskIndex>{2, 5, 4}));
  const auto but_c = [](TaskIndex task) { return task != 3; };
  EXPECT_EQ(reach_downstream(dag, {0}, but_c), (std::vector<TaskIndex>{1, 2, 4}));
}

TEST(Graph, AWayUpEndsAtThePreferredGoal) {
  const Dag dag = sketch("x -> a -> d; y -> b -> d; z -> d");
  const auto all = [](TaskIndex) { return true; };
  const auto is_root = [&](TaskIndex task) { return dag.tasks[task].upstream.empty(); };
  const auto by_index = [](TaskIndex a, TaskIndex b) { return a < b; };
  EXPECT_EQ(path_upstream(dag, index_of(dag, "d"), all, is_root, by_index),
            (std::vector<TaskIndex>{2, 1, 0}));
  const auto none = [](TaskIndex) { return false; };
  EXPECT_TRUE(path_upstream(dag, index_of(dag, "d"), all, none, by_index).empty());
}

}  // namespace
}  // namespace tidemill::test
