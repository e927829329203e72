#include "core/dag_triggers.h"

#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

DagPtr dag(const std::string& name, const std::string& triggers) {
  return good_dag("name: " + name + "\ntriggers: " + triggers + "\ntasks: {a: {run: ./a.sh}}\n");
}
DagPtr plain(const std::string& name) {
  return good_dag("name: " + name + "\ntasks: {a: {run: ./a.sh}}\n");
}

// "position rule message", one a line.
std::string check(const std::vector<DagPtr>& dags, const std::vector<std::string>& broken = {}) {
  std::string out;
  for (const DagTriggerFinding& found : check_dag_triggers(dags, broken)) {
    out += std::to_string(found.dag) + " " + found.finding.rule + " " + found.finding.message +
           "\n";
  }
  return out;
}

TEST(StartTriggers, AreReadInAllTheirShapes) {
  const DagPtr one = dag("report", "{dag: extract}");
  ASSERT_EQ(one->dag_triggers.size(), 1u);
  EXPECT_EQ(one->dag_triggers[0].dag, "extract");
  EXPECT_EQ(one->dag_triggers[0].states, std::vector{RunState::succeeded});
  const DagPtr many = dag("report",
                          "[{dag: extract, states: [failed, partial]}, {dag: load, states: "
                          "cancelled}, {webhook: {secret: team/hook}}, {webhook: {secret: old}}]");
  ASSERT_EQ(many->dag_triggers.size(), 2u);
  EXPECT_EQ(many->dag_triggers[0].states, (std::vector{RunState::partial, RunState::failed}));
  EXPECT_EQ(many->dag_triggers[1].states, std::vector{RunState::cancelled});
  EXPECT_EQ(many->webhook_secrets, (std::vector<std::string>{"team/hook", "old"}));
}

TEST(DagTriggers, AChainIsFine) {
  EXPECT_EQ(check({plain("a"), dag("b", "{dag: a}"), dag("c", "[{dag: a}, {dag: b}]")}), "");
}

TEST(DagTriggers, AnUnknownNameIsAWarningUnlessItsFileIsBroken) {
  const std::vector<DagPtr> dags = {plain("extract"), dag("b", "{dag: extrakt}")};
  EXPECT_EQ(check(dags), "1 TM124 there is no DAG extrakt\n");
  EXPECT_EQ(check_dag_triggers(dags, {})[0].finding.hint, "did you mean \"extract\"?");
  EXPECT_EQ(check_dag_triggers(dags, {})[0].finding.severity, Severity::warning);
  EXPECT_EQ(check(dags, {"extrakt"}), "");
}

TEST(DagTriggers, EveryDagOfALoopIsRefusedAndNoOther) {
  EXPECT_EQ(check({dag("a", "{dag: c}"), dag("b", "{dag: a}"), dag("c", "{dag: b}"),
                   dag("after", "{dag: b}"), nullptr}),
            "0 TM123 these DAGs start each other without end: a → b → c → a\n"
            "1 TM123 these DAGs start each other without end: b → c → a → b\n"
            "2 TM123 these DAGs start each other without end: c → a → b → c\n");
}

TEST(DagTriggers, ALongChainTakesNoRecursion) {
  std::vector<DagPtr> dags = {plain("d0")};
  for (int i = 1; i < 1000; ++i) {
    dags.push_back(dag("d" + std::to_string(i), "{dag: d" + std::to_string(i - 1) + "}"));
  }
  EXPECT_EQ(check(dags), "");
}

}  // namespace
}  // namespace tidemill
