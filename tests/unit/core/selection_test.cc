#include "core/selection.h"

#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

constexpr std::string_view kDag = R"(version: 1
name: demo
params: {hot: {type: boolean, default: false}}
tasks:
  a: {run: ./a, outputs: [rows], metrics: [loss], artifacts: {model: model.bin}}
  b: {needs: [a], command: [echo, "${{ tasks.a.outputs.rows }}"]}
  c: {needs: [a], run: ./c, env: {LOSS: "${{ tasks.a.metrics.loss * 2 }}"}}
  d: {needs: [a], run: ./d, if: "tasks.a.outputs.rows != ''"}
  e: {needs: [a], run: ./e, inputs: {model: tasks.a.artifacts.model}}
  softly: {needs: [a], command: [echo, "${{ default(tasks.a.outputs.rows, '0') }}", "${{ tasks.a.state }}"]}
  never: {needs: [a], if: params.hot, command: [echo, "${{ params.hot }} ${{ tasks.a.outputs.rows }}"]}
hooks:
  exit: {command: [echo, "${{ tasks.a.outputs.rows }}"]}
)";

class SelectionTest : public ::testing::Test {
 protected:
  std::string problem(const std::vector<std::string>& only, bool reuse_a = false) {
    RunOptions options;
    options.params = {{"hot", Json(false)}};
    for (const std::string& id : only) options.only.push_back(dag->find(id));
    if (reuse_a) {
      TaskResult result;
      result.outputs = {{"rows", "7"}};
      result.metrics = {{.name = "loss", .value = 0.5, .slice = {}}};
      result.artifacts = {{"model", "abc", 1, false}};
      options.reuse = {{dag->find("a"), std::make_shared<const TaskResult>(result)}};
    }
    const Now now{{1}, {1}};
    const auto read = find_left_out_read(*dag, make_run(*dag, options, now));
    if (!read) return "";
    return dag->tasks[read->reader].id + " <- " + dag->tasks[read->from].id + ": " + read->what;
  }
  DagPtr dag = good_dag(kDag);
};

TEST_F(SelectionTest, EveryWayToReadFromALeftOutTaskIsFound) {
  EXPECT_EQ(problem({"b"}), "b <- a: tasks.a.outputs.rows in command");
  EXPECT_EQ(problem({"c"}), "c <- a: tasks.a.metrics.loss in env.LOSS");
  EXPECT_EQ(problem({"d"}), "d <- a: tasks.a.outputs.rows in if");
  EXPECT_EQ(problem({"e"}), "e <- a: the artifact model");
}

TEST_F(SelectionTest, WhatTakesPartOrIsReusedIsNoProblem) {
  for (const char* reader : {"b", "c", "d", "e"}) {
    EXPECT_EQ(problem({"a", reader}), "");
    EXPECT_EQ(problem({reader}, true), "");
  }
  EXPECT_EQ(problem({"a"}), "") << "the hook must cope";
}

TEST_F(SelectionTest, WhatCopesIsLeftAlone) {
  EXPECT_EQ(problem({"softly"}), "");
  EXPECT_EQ(problem({"never"}), "") << "it is skipped before it would read";
}

}  // namespace
}  // namespace tidemill
