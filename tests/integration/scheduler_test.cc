// A whole scheduler on a real data directory with an agent that runs nothing.
#include "scheduler/scheduler.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/hash.h"
#include "scheduler/storage/reader.h"
#include "tests/support/fake_agent.h"
#include "tests/support/run_fixture.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

struct Recorder : Observer {
  void on_commit(const Batch& batch) override {
    for (const TaskWrite& write : batch.tasks) {
      if (write.row.state == TaskState::succeeded) order.push_back(write.row.task);
    }
  }
  void on_run_ended(RunId run, RunState state) override { ended[run] = state; }
  void on_note(const std::string& text) override { notes.push_back(text); }

  std::vector<TaskIndex> order;
  std::map<RunId, RunState> ended;
  std::vector<std::string> notes;
};

class SchedulerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Scheduler> open() {
    SchedulerConfig config;
    config.data_dir = data_dir();
    config.observer = &recorder_;
    config.agent_command = agent_command_;
    config.recalls_past = true;
    config.load_dag = [this](const DagVersionRow& row, const std::string&) -> Result<DagPtr> {
      const auto found = dags_.find(row.content_hash);
      if (found == dags_.end()) return not_found("no such dag");
      return found->second;
    };
    auto scheduler = Scheduler::open(config);
    EXPECT_TRUE(scheduler.ok()) << scheduler.error().message;
    return std::move(scheduler).value();
  }
  std::string data_dir() const { return folder_ / "data"; }
  std::string socket() const { return data_dir() + "/run/scheduler.sock"; }
  RunReader reader() const { return RunReader::open(data_dir() + "/tidemill.db").value(); }

  SubmitRequest request(Dag dag) {
    dag.source = fmt::format("dag {}", dags_.size());
    dag.content_hash = sha256_hex(dag.source);
    SubmitRequest request;
    request.dag = std::make_shared<const Dag>(std::move(dag));
    request.directory = folder_.path();
    request.origin = "test";
    dags_[request.dag->content_hash] = request.dag;
    return request;
  }

  std::vector<std::string> agent_command_;
  testing::TemporaryDirectory folder_;
  Recorder recorder_;
  std::map<std::string, DagPtr> dags_;
};

TEST_F(SchedulerTest, RunsAChainInOrderAndStoresIt) {
  auto scheduler = open();
  FakeAgent agent(socket(), 2);
  const RunId run = scheduler->submit(request(dag("a -> b -> c"))).value();
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  EXPECT_EQ(recorder_.order, (std::vector<TaskIndex>{0, 1, 2}));
  EXPECT_EQ(recorder_.ended[run], RunState::succeeded);
  const StoredRun stored = reader().stored_run(run).value();
  EXPECT_EQ(stored.row.state, RunState::succeeded);
  EXPECT_EQ(stored.row.tasks.succeeded, 3);
  EXPECT_EQ(reader().attempts(run).value().size(), 3u);
}

TEST_F(SchedulerTest, ARunLearnsWhatThoseBeforeARestartTook) {
  const SubmitRequest same = request(dag("a -> b"));
  {
    auto scheduler = open();
    FakeAgent agent(socket(), 2, [](const message::Start&) {
      Outcome outcome;
      outcome.ended_at = {kWorthOrdering.count()};
      return outcome;
    });
    ASSERT_TRUE(scheduler->submit(same).ok());
    ASSERT_TRUE(scheduler->run_until_idle().ok());
    ASSERT_TRUE(scheduler->close().ok());
  }
  auto scheduler = open();
  const RunId run = scheduler->submit(same).value();
  // Nobody works, so it stays as it is until its past is there.
  const auto ahead = [&] { return scheduler->engine().find(run)->ahead; };
  ASSERT_TRUE(scheduler->run_until([&] { return ahead() != nullptr; }).ok());
  EXPECT_GE(ahead()->expected[1], kWorthOrdering);
  EXPECT_EQ(ahead()->way[1], ahead()->expected[1]);
  EXPECT_EQ(ahead()->way[0], ahead()->expected[0] + ahead()->way[1]);
}

TEST_F(SchedulerTest, AFailedTaskFailsTheRunAndKeepsItsReason) {
  auto scheduler = open();
  FakeAgent agent(socket(), 2, [](const message::Start& start) {
    Outcome outcome;
    if (start.task == "b") {
      outcome.cause = Cause::exit;
      outcome.exit_code = 3;
      outcome.message = "exit code 3";
    }
    return outcome;
  });
  const RunId run = scheduler->submit(request(dag("a -> b -> c", retries(1, Duration{})))).value();
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  const StoredRun stored = reader().stored_run(run).value();
  EXPECT_EQ(stored.row.state, RunState::failed);
  EXPECT_EQ(stored.tasks[1].state, TaskState::failed);
  EXPECT_EQ(stored.tasks[1].exit_code, 3);
  EXPECT_EQ(stored.tasks[1].attempts, 2u);
  EXPECT_EQ(stored.tasks[2].state, TaskState::upstream_failed);
  EXPECT_EQ(reader().attempts(run, 1).value().size(), 2u);
}

TEST_F(SchedulerTest, ASecondSchedulerIsRefusedWithThePidOfTheFirst) {
  const auto first = open();
  SchedulerConfig config;
  config.data_dir = data_dir();
  config.load_dag = [](const DagVersionRow&, const std::string&) -> Result<DagPtr> {
    return not_found("none");
  };
  const auto second = Scheduler::open(config);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find(fmt::format("(pid {})", ::getpid())), std::string::npos)
      << second.error().message;
}

TEST_F(SchedulerTest, AnUnfinishedRunGoesOnWithTheNextScheduler) {
  RunId run;
  {
    auto scheduler = open();
    run = scheduler->submit(request(dag("a -> b"))).value();
  }
  auto scheduler = open();
  EXPECT_EQ(scheduler->recovered(), std::vector<RunId>{run});
  EXPECT_EQ(scheduler->epoch(), 2);
  FakeAgent agent(socket(), 1);
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  EXPECT_EQ(reader().run(run).value().state, RunState::succeeded);
}

TEST_F(SchedulerTest, ARunThatCannotBeLoadedDoesNotStopTheOthers) {
  RunId good;
  {
    auto scheduler = open();
    ASSERT_TRUE(scheduler->submit(request(dag("a"))).ok());
    good = scheduler->submit(request(dag("x -> y"))).value();
  }
  dags_.erase(sha256_hex("dag 0"));
  auto scheduler = open();
  EXPECT_EQ(scheduler->recovered(), std::vector<RunId>{good});
  ASSERT_EQ(recorder_.notes.size(), 1u);
  EXPECT_NE(recorder_.notes[0].find("run 1 cannot be resumed"), std::string::npos);
}

TEST_F(SchedulerTest, CancelFromAnotherThreadEndsTheRun) {
  auto scheduler = open();
  const RunId run = scheduler->submit(request(dag("a -> b"))).value();
  std::thread other([&] { scheduler->cancel(run, "ann", "enough", Engine::Force::no); });
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  other.join();
  const RunRow row = reader().run(run).value();
  EXPECT_EQ(row.state, RunState::cancelled);
  EXPECT_NE(row.reason.find("ann"), std::string::npos) << row.reason;
}

TEST_F(SchedulerTest, AMissingSecretFailsTheAttemptInWords) {
  Dag d = dag("a");
  d.tasks[0].secrets = {{"TOKEN", "vault"}};
  auto scheduler = open();
  FakeAgent agent(socket(), 1);
  const RunId run = scheduler->submit(request(std::move(d))).value();
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  const StoredRun stored = reader().stored_run(run).value();
  EXPECT_EQ(stored.tasks[0].state, TaskState::failed);
  EXPECT_EQ(stored.tasks[0].cause, Cause::exec_failed);
  EXPECT_NE(reader().attempts(run).value()[0].message.find("secret vault"), std::string::npos);
  EXPECT_EQ(agent.starts(), 0);
}

TEST_F(SchedulerTest, QueuedRunsOfOneDagFollowEachOther) {
  auto scheduler = open();
  FakeAgent agent(socket(), 2);
  SubmitRequest one = request(dag("a -> b"));  // max_active_runs is 1
  std::vector<RunId> runs;
  for (int i = 0; i < 3; ++i) runs.push_back(scheduler->submit(one).value());
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  for (std::size_t i = 1; i < runs.size(); ++i) {
    EXPECT_GE(reader().run(runs[i]).value().started_at, reader().run(runs[i - 1]).value().ended_at);
  }
  EXPECT_EQ(reader().run(runs[0]).value().version, reader().run(runs[2]).value().version);
}

TEST_F(SchedulerTest, AWorkerThatNeverConnectsEndsTheWaitInWords) {
  agent_command_ = {"/bin/false"};
  auto scheduler = open();
  ASSERT_TRUE(scheduler->submit(request(dag("a"))).ok());
  const Status ended = scheduler->run_until_idle();
  ASSERT_FALSE(ended.ok());
  EXPECT_NE(ended.error().message.find("worker.log, or run `/bin/false` to see it alone"),
            std::string::npos)
      << ended.error().message;
}

TEST_F(SchedulerTest, AWorkerThatSaysItCannotWorkIsNotTriedAgain) {
  agent_command_ = {"/bin/sh", "-c", "echo once >> " + folder_ / "starts" + "; exit 2"};
  auto scheduler = open();
  ASSERT_TRUE(scheduler->submit(request(dag("a"))).ok());
  const Status ended = scheduler->run_until_idle();
  ASSERT_FALSE(ended.ok());
  EXPECT_NE(ended.error().message.find("cannot work"), std::string::npos) << ended.error().message;
  EXPECT_EQ(read_file(folder_ / "starts", 100).value(), "once\n");
}

TEST_F(SchedulerTest, TheDataFolderIsForItsOwnerAlone) {
  auto scheduler = open();
  EXPECT_EQ(std::filesystem::status(data_dir()).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(SchedulerTest, AWorkerThatCannotBeStartedIsNamed) {
  agent_command_ = {"/nonexistent/tidemill", "worker"};
  auto scheduler = open();
  ASSERT_TRUE(scheduler->submit(request(dag("a"))).ok());
  const Status ended = scheduler->run_until_idle();
  ASSERT_FALSE(ended.ok());
  EXPECT_NE(ended.error().message.find("/nonexistent/tidemill"), std::string::npos);
}

TEST_F(SchedulerTest, GarbageOnTheSocketDropsOnlyItsSender) {
  auto scheduler = open();
  Fd stranger = std::move(connect_unix(socket()).value());
  ASSERT_TRUE(write_all(stranger.get(), std::string(64, '\xff')).ok());
  FakeAgent agent(socket(), 1);
  const RunId run = scheduler->submit(request(dag("a -> b"))).value();
  ASSERT_TRUE(scheduler->run_until_idle().ok());
  EXPECT_EQ(recorder_.ended[run], RunState::succeeded);
}

TEST_F(SchedulerTest, NothingIsTakenAfterClose) {
  auto scheduler = open();
  const SubmitRequest one = request(dag("a"));
  ASSERT_TRUE(scheduler->close().ok());
  EXPECT_FALSE(scheduler->submit(one).ok());
  EXPECT_FALSE(scheduler->run_until_idle().ok());
  scheduler.reset();
  EXPECT_TRUE(open()->submit(one).ok());
}

}  // namespace
}  // namespace tidemill
