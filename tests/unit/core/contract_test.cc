#include "core/contract.h"

#include <limits>

#include "tests/support/run_fixture.h"

namespace tidemill {
namespace {

TaskResult result() {
  TaskResult made;
  made.outputs = {{"rows", "10"}, {"name", "spam"}, {"rows", "1200"}};
  made.metrics = {{.name = "accuracy", .value = 0.5, .slice = {}},
                  {.name = "accuracy", .value = 0.81, .slice = {}},
                  {.name = "accuracy", .value = 0.1, .slice = "books"}};
  made.artifacts = {{"model", "abc", 3, false}};
  return made;
}

ExpectRule expect(std::string name, ExpectRule::Op op, double low, std::string text,
                  double high = 0) {
  ExpectRule rule;
  rule.name = std::move(name);
  rule.op = op;
  rule.low = low;
  rule.high = high;
  rule.text = std::move(text);
  return rule;
}

std::optional<std::string> check(const ExpectRule& rule) {
  TaskSpec task;
  task.expect = {rule};
  return broken_contract(task, result());
}

using Op = ExpectRule::Op;

TEST(Contract, APromiseKeptSaysNothing) {
  TaskSpec task;
  task.outputs = {"rows", "name"};
  task.metrics = {"accuracy"};
  task.artifacts = {{"model", "model.bin"}};
  task.expect = {expect("rows", Op::ge, 1000, ">= 1000"), expect("accuracy", Op::gt, 0.8, "> 0.8")};
  EXPECT_EQ(broken_contract(task, result()), std::nullopt);
}

TEST(Contract, EveryBrokenPromiseIsNamedOnce) {
  TaskSpec task;
  task.outputs = {"rows", "digest"};
  task.metrics = {"loss"};
  task.artifacts = {{"report", "report.html"}};
  task.expect = {expect("rows", Op::lt, 1000, "< 1000"), expect("digest", Op::gt, 0, "> 0")};
  EXPECT_EQ(broken_contract(task, result()),
            "output digest is missing; metric loss is missing; "
            "artifact report is missing (report.html was not written); "
            "rows should be < 1000, but is 1200");
}

TEST(Contract, WhatTheWorkerSaidOfAnArtifactIsTheReason) {
  TaskSpec task;
  task.artifacts = {{"report", "report.html"}};
  const std::string said = "artifact report: report.html is a symbolic link, which is not taken";
  EXPECT_EQ(broken_contract(task, result(), said), said);
  task.artifacts.clear();
  EXPECT_EQ(broken_contract(task, result(), said), std::nullopt) << "no promise, nothing broken";
}

TEST(Contract, EachComparisonHoldsWhereItShould) {
  // The last value counts: rows is 1200, not 10.
  EXPECT_EQ(check(expect("rows", Op::lt, 1201, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::lt, 1200, "")));
  EXPECT_EQ(check(expect("rows", Op::le, 1200, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::le, 1199, "")));
  EXPECT_EQ(check(expect("rows", Op::gt, 1199, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::gt, 1200, "")));
  EXPECT_EQ(check(expect("rows", Op::ge, 1200, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::ge, 1201, "")));
  EXPECT_EQ(check(expect("rows", Op::eq, 1200, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::eq, 1201, "")));
  EXPECT_EQ(check(expect("rows", Op::ne, 1201, "")), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::ne, 1200, "")));
  EXPECT_EQ(check(expect("rows", Op::between, 1200, "", 1200)), std::nullopt);
  EXPECT_TRUE(check(expect("rows", Op::between, 1, "", 1199)));
  EXPECT_TRUE(check(expect("rows", Op::between, 1201, "", 2000)));
}

TEST(Contract, AMetricsSliceIsNotItsWhole) {
  EXPECT_EQ(check(expect("accuracy", Op::eq, 0.81, "0.81")), std::nullopt);
}

TEST(Contract, TextIsComparedAsText) {
  ExpectRule rule = expect("name", Op::eq, 0, "== spam");
  rule.equals_text = "spam";
  EXPECT_EQ(check(rule), std::nullopt);
  rule.op = Op::ne;
  EXPECT_EQ(check(rule), "name should be == spam, but is 'spam'");
  rule.op = Op::eq;
  rule.equals_text = "ham";
  EXPECT_TRUE(check(rule));
}

TEST(Contract, WhatIsNoNumberIsNotComparedAsOne) {
  EXPECT_EQ(check(expect("name", Op::ge, 0, ">= 0")),
            "name should be >= 0, but is 'spam', which is not a number");
  TaskSpec task;
  task.expect = {expect("rows", Op::ge, 0, ">= 0")};
  for (const char* bad : {"", "12x", "0x10", "nan", "inf", "1e999", "1,200"}) {
    TaskResult odd;
    odd.outputs = {{"rows", bad}};
    EXPECT_TRUE(broken_contract(task, odd)) << bad;
  }
  TaskResult spaced;
  spaced.outputs = {{"rows", " 12 "}};
  EXPECT_EQ(broken_contract(task, spaced), std::nullopt);
}

TEST(Contract, NotANumberKeepsNoPromise) {
  for (const Op op : {Op::lt, Op::le, Op::gt, Op::ge, Op::eq, Op::ne, Op::between}) {
    TaskSpec task;
    task.expect = {expect("loss", op, 1, "?", 2)};
    TaskResult odd;
    odd.metrics = {
        {.name = "loss", .value = std::numeric_limits<double>::quiet_NaN(), .slice = {}}};
    EXPECT_TRUE(broken_contract(task, odd));
  }
}

TEST(Contract, AnExpectedValueThatWasNeverDeclaredIsMissed) {
  EXPECT_EQ(check(expect("speed", Op::gt, 1, "> 1")), "speed should be > 1, but was not written");
}

TEST(Contract, TextFromATaskIsShownWithoutItsControlCharacters) {
  TaskSpec task;
  task.expect = {expect("rows", Op::ge, 0, ">= 0")};
  TaskResult odd;
  odd.outputs = {{"rows", "\x1b[2J" + std::string(5000, 'x')}};
  const auto broken = broken_contract(task, odd);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->find('\x1b'), std::string::npos);
  EXPECT_LT(broken->size(), 300u);
}

}  // namespace
}  // namespace tidemill
