// What earlier runs took decides the order inside a run: from submit on, when it is told later, and
// after a restart.
#include "tests/unit/scheduler/engine_fixture.h"

namespace tidemill {
namespace {

using std::chrono::seconds;

class EnginePast : public EngineFixture {
 protected:
  // Of the dag that was submitted last, in its order of tasks.
  void expect(std::vector<int> took_s) {
    TaskHistory history(dag_->tasks.size());
    for (std::size_t i = 0; i < took_s.size(); ++i) {
      if (took_s[i] >= 0) history[i] = seconds(took_s[i]);
    }
    engine_->expect(*dag_, history);
    engine_->check();
  }
  std::string wanted() {
    std::vector<std::string> names;
    for (const DagPtr& dag : engine_->take_wanted_pasts()) names.push_back(dag->name);
    return join(names, ", ");
  }
  // The one slot there is goes to …
  std::string first() {
    hello(1, "w", {}, "b1", 1);
    const std::string said = turn();
    const auto from = said.find("start ");
    return from == std::string::npos ? said : said.substr(from + 6, said.find('#') - from - 6);
  }
};

TEST_F(EnginePast, WithoutAPastTasksGoAsWritten) {
  submit(dag("a; b; c -> d"));
  EXPECT_EQ(wanted(), "test");
  EXPECT_EQ(wanted(), "");
  turn();
  expect({-1, -1, -1, -1});
  EXPECT_EQ(first(), "a");
}

TEST_F(EnginePast, TheLongestWayGoesFirstThoughItWasToldAfterTheSubmit) {
  submit(dag("a; b; c -> d"));
  turn();
  expect({3, 4, 1, 9});
  EXPECT_EQ(first(), "c");
}

TEST_F(EnginePast, TheNextRunKnowsItAtOnce) {
  submit(dag("a; b; c -> d"));
  turn();
  expect({3, 4, 1, 9});
  EXPECT_EQ(wanted(), "test");
  const RunId second = submit(dag("a; b; c -> d"));
  EXPECT_EQ(wanted(), "") << "it is fresh";
  EXPECT_EQ(ready_task(*engine_->find(second), 2).way, Duration(seconds(10)));
}

TEST_F(EnginePast, AnotherVersionIsAskedForAnew) {
  submit(dag("a; b"));
  expect({3, 4});
  EXPECT_EQ(wanted(), "test");
  Dag changed = dag("a; b; c");
  changed.name = "test";
  changed.content_hash = "another";
  SubmitRequest request;
  request.dag = std::make_shared<const Dag>(changed);
  request.directory = "/dags";
  const RunId run = engine_->submit(request, now_).value();
  EXPECT_EQ(wanted(), "test");
  EXPECT_EQ(engine_->find(run)->ahead, nullptr);
  expect({3, 4});  // of the old version, too late
  EXPECT_EQ(engine_->find(run)->ahead, nullptr);
}

TEST_F(EnginePast, WhatARunBeganWithStays) {
  const RunId run = submit(dag("a; b"));
  expect({3, 4});
  expect({9, 1});
  EXPECT_EQ(ready_task(*engine_->find(run), 0).expected, Duration(seconds(3)));
}

TEST_F(EnginePast, AskedAgainOnlyWhenARunHasEndedAndSomeTimeWentBy) {
  submit(dag("a"));
  EXPECT_EQ(wanted(), "test");
  hello(1, "w");
  turn();
  started(1, 1);
  ended(1, 1);
  EXPECT_NE(turn().find("run 1 succeeded"), std::string::npos);
  submit(dag("a"));
  EXPECT_EQ(wanted(), "");
  pass(Engine::kPastIsFresh);
  submit(dag("a"));
  EXPECT_EQ(wanted(), "test");
  pass(Engine::kPastIsFresh);
  submit(dag("a"));
  EXPECT_EQ(wanted(), "") << "nothing has ended since";
}

TEST_F(EnginePast, ARestartKeepsTheOrder) {
  submit(dag("a; b; c -> d"));
  turn();
  restart();
  EXPECT_EQ(wanted(), "test");
  expect({3, 4, 1, 9});
  EXPECT_EQ(first(), "c");
}

TEST_F(EnginePast, APausedRunIsNotQueuedByIt) {
  const RunId run = submit(dag("a; b"));
  turn();
  ASSERT_TRUE(engine_->pause(run, "ann", "", now_).ok());
  turn();
  expect({3, 4});
  EXPECT_EQ(engine_->placement().ready_count(), 0u);
  ASSERT_TRUE(engine_->resume(run, "ann", "", now_).ok());
  EXPECT_EQ(first(), "b");
}

}  // namespace
}  // namespace tidemill
