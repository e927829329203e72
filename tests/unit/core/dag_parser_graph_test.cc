#include <gtest/gtest.h>

#include "tests/support/parse_fixture.h"

namespace tidemill {
namespace {

std::string chain(int count, std::string_view extra_of_first = "") {
  std::string text = "tasks:\n";
  for (int i = 0; i < count; ++i) {
    text += "  t" + std::to_string(i) + ": {run: x, outputs: [v]";
    if (i > 0) text += ", needs: [t" + std::to_string(i - 1) + "]";
    if (i == 0) text += extra_of_first;
    text += "}\n";
  }
  return text;
}

TEST(DagGraph, EveryCycleIsNamedOnce) {
  const std::string text =
      "tasks:\n  a: {run: x, needs: [b]}\n  b: {run: x, needs: [a]}\n  c: {run: x, needs: [d]}\n"
      "  d: {run: x, needs: [e]}\n  e: {run: x, needs: [c]}\n  f: {run: x, needs: [e]}\n";
  EXPECT_EQ(findings_of(text),
            "TM060 2:23 these tasks wait for each other: a → b → a\n"
            "TM060 4:23 these tasks wait for each other: c → d → e → c\n");
}

TEST(DagGraph, CyclesThatShareATaskAreBothNamed) {
  const std::string found = findings_of(
      "tasks:\n  a: {run: x, needs: [b, c]}\n  b: {run: x, needs: [a]}\n  c: {run: x, needs: "
      "[a]}\n");
  EXPECT_NE(found.find("a → b → a"), std::string::npos) << found;
  EXPECT_NE(found.find("a → c → a"), std::string::npos) << found;
}

TEST(DagGraph, ALongCycleIsShortened) {
  const std::string found = findings_of(chain(500, ", needs: [t499]"));
  EXPECT_NE(found.find("t0 → t499 → "), std::string::npos) << found;
  EXPECT_NE(found.find("… (480 more) …"), std::string::npos) << found;
  EXPECT_LT(found.size(), 400u);
}

TEST(DagGraph, ACycleThroughAnExpressionIsFound) {
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, needs: \"b.done && c\"}\n  b: {run: x, needs: "
                        "[a]}\n  c: {run: x}\n"),
            "TM060 2:22 these tasks wait for each other: a → b → a\n");
}

TEST(DagGraph, ValuesMayBeReadFromFarUpstream) {
  std::string text = chain(300);
  text +=
      "  last: {command: [echo, \"${{ tasks.t0.outputs.v }}\", \"${{ tasks.t150.outputs.v }}\"], "
      "needs: [t299]}\n";
  EXPECT_EQ(findings_of(text), "");
}

// More than 64 distinct tasks are read from, so the search runs in several rounds.
TEST(DagGraph, ManyFarReadsAreEachDecided) {
  std::string text = chain(200);
  text +=
      "  other: {run: x, outputs: [v]}\n  last:\n    needs: [t199]\n    command:\n      - echo\n";
  for (int i = 0; i < 200; ++i)
    text += "      - ${{ tasks.t" + std::to_string(i) + ".outputs.v }}\n";
  EXPECT_EQ(findings_of(text), "");
  text += "      - ${{ tasks.other.outputs.v }}\n";
  EXPECT_EQ(findings_of(text), "TM078 407:13 other is not upstream of last\n");
}

TEST(DagGraph, BesideAnUnknownTaskUpstreamIsNotGuessed) {
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, outputs: [v]}\n  b: {run: x, needs: [aa]}\n"
                        "  c: {command: [echo, \"${{ tasks.a.outputs.v }}\"], needs: [b]}\n"),
            "TM058 3:23 tasks.b needs \"aa\", which is no task\n");
}

TEST(DagGraph, HooksMayReadEveryTask) {
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, outputs: [v]}\n"
                        "hooks:\n  exit: {run: x, env: {V: \"${{ default(tasks.a.outputs.v, '') "
                        "}}\", S: \"${{ tasks.a.state }}\"}}\n"),
            "");
}

TEST(DagGraph, IdsWithDashesAreQuotedInExpressions) {
  EXPECT_EQ(findings_of("tasks:\n  a-b: {run: x, outputs: [v], artifacts: {m: m}}\n"
                        "  c.d: {run: x, needs: [a-b], env: {V: \"${{ tasks['a-b'].outputs.v "
                        "}}\"}, inputs: {m: tasks.a-b.artifacts.m}}\n"
                        "  e: {run: x, needs: \"a-b && c.d.failed\"}\n"),
            "");
}

// A task behind a rule that lets failures pass may find nothing where it reads.
TEST(DagGraph, EarlyReadsAreWarnedOfOnlyWhenTheyCanHappen) {
  const std::string head =
      "tasks:\n  a: {run: x, outputs: [v]}\n  b:\n    needs: [a]\n    run: x\n    env: {V: \"${{ "
      "tasks.a.outputs.v }}\"}\n";
  EXPECT_EQ(findings_of(head), "");
  EXPECT_EQ(findings_of(head + "    trigger_rule: none_failed\n"), "");
  EXPECT_NE(findings_of(head + "    trigger_rule: all_done\n").find("TM066"), std::string::npos);
  EXPECT_NE(findings_of(head + "    trigger_rule: always\n").find("TM066"), std::string::npos);
  const std::string skippable =
      "params: {p: {type: boolean, default: true}}\ntasks:\n  a: {run: x, outputs: [v], if: "
      "params.p}\n"
      "  b:\n    needs: [a]\n    run: x\n    trigger_rule: none_failed\n";
  EXPECT_NE(findings_of(skippable + "    env: {V: \"${{ tasks.a.outputs.v }}\"}\n").find("TM066"),
            std::string::npos);
  EXPECT_EQ(findings_of(skippable + "    env: {V: \"${{ default(tasks.a.outputs.v, '') }}\"}\n"),
            "");
  EXPECT_EQ(findings_of(skippable + "    env: {V: \"${{ tasks.a.state }}\"}\n"), "");
}

TEST(DagGraph, ANeedsExpressionKnowsWhatItGuarantees) {
  const std::string head =
      "tasks:\n  a: {run: x, outputs: [v]}\n  c: {run: x}\n  b:\n    run: x\n    env: {V: \"${{ "
      "tasks.a.outputs.v }}\"}\n";
  EXPECT_EQ(findings_of(head + "    needs: a && c.failed\n"), "");
  EXPECT_NE(findings_of(head + "    needs: a || c\n").find("TM066"), std::string::npos);
}

TEST(DagGraph, ExpressionsThatCanBecomeTrueAreBelieved) {
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x}\n  b: {run: x}\n  c: {run: x, needs: \"a.failed && "
                        "b.cancelled\"}\n"
                        "  d: {run: x, needs: \"!(a || b)\"}\n"),
            "");
  EXPECT_NE(findings_of("tasks:\n  a: {run: x}\n  b: {run: x}\n  c: {run: x, needs: \"a.failed && "
                        "!a.done && b\"}\n")
                .find("TM063"),
            std::string::npos);
}

TEST(DagGraph, TeardownRunsWithASetup) {
  EXPECT_EQ(findings_of("tasks:\n  a: {run: x, setup: true}\n  b: {run: x, needs: [a], "
                        "trigger_rule: all_done_setup_success}\n"),
            "");
}

}  // namespace
}  // namespace tidemill
