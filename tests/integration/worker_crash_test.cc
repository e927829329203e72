// kill -9 of supervisor and agent at every named point and at any moment, under load. The tasks'
// own ledger is the oracle: no attempt starts twice, none vanishes, and what is reported is what
// happened.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <random>
#include <set>

#include "tests/support/agent_fixture.h"
#include "tests/support/ledger.h"
#include "tests/support/seed.h"
#include "tests/support/supervisor_client.h"
#include "worker/journal.h"

namespace tidemill::testing {
namespace {

void expect_truth(const std::map<std::int64_t, Ledger::Entry>& ledger, std::int64_t attempt,
                  Cause cause) {
  const auto found = ledger.find(attempt);
  const Ledger::Entry entry = found == ledger.end() ? Ledger::Entry{} : found->second;
  EXPECT_LE(entry.starts, 1) << "attempt " << attempt << " started twice";
  if (cause == Cause::none) {
    EXPECT_EQ(entry.starts, 1) << "attempt " << attempt << " succeeded without running";
    EXPECT_EQ(entry.ends, 1) << "attempt " << attempt << " succeeded without ending";
  } else {
    EXPECT_EQ(cause, Cause::lost) << "attempt " << attempt;
  }
}

// Supervisor -------------------------------------------------------------------------------------

class SupervisorCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(SupervisorCrash, NothingRunsTwiceAndNothingIsLost) {
  constexpr std::int64_t kAttempts = 12;
  TemporaryDirectory folder;
  const Ledger ledger(folder / "ledger");
  for (const int pass : {2, 3, 6}) {  // an Attach alone already passes one of them
    SCOPED_TRACE(pass);
    SupervisorClient client(
        folder / ("worker" + std::to_string(pass)), 2,
        {std::string("TIDEMILL_FAULT_POINT=") + GetParam() + ":" + std::to_string(pass)});
    const std::int64_t first = pass * 1000;
    const auto order = [&](std::int64_t i) {
      return client.script(first + i, ledger.script("sleep 0.01"));
    };
    for (std::int64_t i = 0; i < kAttempts; ++i) client.queue(order(i));
    std::set<std::int64_t> forgotten;
    // Plays an agent that acknowledges at once, so that forgetting is crashed as well.
    const bool died = wait_until([&] {
      client.pump_blocking();
      for (std::int64_t i = 0; i < kAttempts; ++i) {
        if (!client.attached() || !client.has_exited(first + i) || forgotten.contains(i)) continue;
        client.queue(message::Forget{{AttemptId{first + i}}});
        forgotten.insert(i);
      }
      return !client.attached();
    });
    ASSERT_TRUE(died) << "the point is never passed";
    const int status = client.process().wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    client.restart();
    client.attach(2);
    std::set<std::int64_t> known;
    for (const auto& held : client.inventory()->attempts) known.insert(held.known.attempt.value);
    for (std::int64_t i = 0; i < kAttempts; ++i) {
      if (!known.contains(first + i) && !client.has_exited(first + i)) client.run(order(i));
    }
    for (std::int64_t i = 0; i < kAttempts; ++i) {
      const auto record = client.await_exit(first + i);
      expect_truth(ledger.read(), first + i, record.cause);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Points, SupervisorCrash,
                         ::testing::Values("FP8", "FP9", "FP10", "FP11", "FP12", "FP13", "FP16"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(SupervisorRestart, ReportsTheEndsThatNobodyHeardOf) {
  TemporaryDirectory folder;
  SupervisorClient client(folder / "worker");
  client.run(client.script(1, "exit 3"));
  client.await_exit(1);
  client.run(client.script(2, "exit 4"));
  client.await_exit(2);
  client.send(message::Forget{{AttemptId{1}}});
  // The answer to a second Attach shows that Forget was obeyed.
  client.attach(4);
  client.process().signal(SIGKILL);
  client.process().wait();
  client.restart();
  client.attach(4);
  ASSERT_EQ(client.inventory()->attempts.size(), 1u);
  EXPECT_EQ(client.inventory()->attempts[0].known.attempt, AttemptId{2});
  EXPECT_EQ(client.await_exit(2).exit_code, 4);
}

TEST(SupervisorRestart, AnotherBootLosesWhatRanAndKillsNobody) {
  TemporaryDirectory folder;
  SupervisorClient client(folder / "worker");
  client.run(client.order(1, {"sleep", "98764"}));
  const auto pid = static_cast<pid_t>(client.await_spawned(1).pid);
  client.process().signal(SIGKILL);
  client.process().wait();
  // The journal as it would be found after the host restarted: another boot id.
  const std::string path = client.directory() + "/supervisor.journal";
  std::vector<journal::Record> records;
  {
    Journal journal = Journal::open(path, records).value();
    for (auto& record : records) {
      if (auto* opened = std::get_if<journal::Opened>(&record)) opened->boot_id = "another";
    }
    ASSERT_TRUE(journal.rewrite(records).ok());
  }
  client.restart();
  client.attach(4);
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::lost);
  EXPECT_NE(record.message.find("host restarted"), std::string::npos) << record.message;
  EXPECT_TRUE(process_exists(pid)) << "after a real restart the pid would be somebody else's";
  kill_process(pid);
}

TEST(SupervisorRestart, ASecondOneRefusesAndNamesTheFirst) {
  TemporaryDirectory folder;
  SupervisorClient client(folder / "worker");
  ChildProcess second({worker_process(), "supervisor", "--directory", client.directory()}, {},
                      folder / "second.log");
  const int status = second.wait();
  EXPECT_EQ(WEXITSTATUS(status), 1);
  const std::string said = read_text(folder / "second.log");
  EXPECT_NE(said.find("already running"), std::string::npos) << said;
  EXPECT_NE(said.find(std::to_string(client.process().pid())), std::string::npos) << said;
  client.run(client.order(1, {"true"}));
  EXPECT_EQ(client.await_exit(1).cause, Cause::none) << "the first one is unhurt";
}

TEST(SupervisorRestart, GoesByItselfWhenNobodyNeedsItAndKeepsWhatIsUnreported) {
  TemporaryDirectory folder;
  SupervisorClient client(folder / "worker");
  client.linger_ms = "1";
  client.process().signal(SIGKILL);
  client.process().wait();
  // Nobody needs it before it is attached to either, and then it may be gone already.
  do {
    client.restart();
  } while (!client.try_attach(1));
  client.run(client.script(1, "exit 7"));
  client.await_spawned(1);
  client.detach();
  EXPECT_EQ(client.process().wait(), 0);
  client.linger_ms = "60000";
  client.restart();
  client.attach(1);
  EXPECT_EQ(client.await_exit(1).exit_code, 7);
}

// Agent and supervisor ---------------------------------------------------------------------------

// Plays a scheduler: grants attempts, hands out again what a Hello does not list, acknowledges
// ends.
class Load {
 public:
  Load(AgentFixture& worker, const Ledger& ledger, std::int64_t count) : worker_(worker) {
    for (std::int64_t i = 1; i <= count; ++i) {
      orders_.emplace(
          i, worker.script(
                 i, ledger.script(
                        "sleep 0.005; echo \"out=$TIDEMILL_ATTEMPT_ID\" >> \"$TIDEMILL_OUTPUT\"")));
      orders_.at(i).outputs = {"out"};
    }
  }

  // After every welcome: what the agent does not list has to be granted again.
  void hand_out() {
    granted_.clear();
    for (const auto& known : worker_.hello().attempts) granted_.insert(known.attempt.value);
  }

  void step() {
    worker_.pump();
    // A few at a time, so that one that dies at its fourth grant gets on all the same.
    for (const auto& [id, start] : orders_) {
      if (granted_.size() >= 4 || !worker_.connected()) break;
      if (!ends_.contains(id) && granted_.insert(id).second) worker_.send(start);
    }
    for (const auto& [id, start] : orders_) {
      if (!worker_.has_ended(id) || !worker_.connected()) continue;
      ends_.emplace(id, worker_.await_end(id));
      granted_.erase(id);
      if (acknowledged_.insert(id).second) worker_.acknowledge(id);
    }
  }

  bool done() const { return ends_.size() == orders_.size(); }
  const std::map<std::int64_t, Outcome>& ends() const { return ends_; }

 private:
  AgentFixture& worker_;
  std::map<std::int64_t, message::Start> orders_;
  std::map<std::int64_t, Outcome> ends_;
  std::set<std::int64_t> acknowledged_, granted_;
};

void expect_all_true(const Load& load, const Ledger& ledger) {
  const auto entries = ledger.read();
  for (const auto& [id, outcome] : load.ends()) {
    expect_truth(entries, id, outcome.cause);
    if (outcome.cause != Cause::none) continue;
    ASSERT_EQ(outcome.result.outputs.size(), 1u) << "attempt " << id;
    EXPECT_EQ(outcome.result.outputs[0].second, std::to_string(id))
        << "the outputs of another attempt";
  }
}

class WorkerCrash : public ::testing::TestWithParam<const char*> {};

// The fault is armed in every agent and supervisor that is started, so they die again and again.
TEST_P(WorkerCrash, NothingRunsTwiceAndNothingIsLost) {
  AgentFixture worker;
  const Ledger ledger(worker.folder() / "ledger");
  const std::vector<std::string> fault = {std::string("TIDEMILL_FAULT_POINT=") + GetParam()};
  worker.start_agent(2, fault);
  Load load(worker, ledger, 20);
  load.hand_out();
  const bool done = wait_until(
      [&] {
        load.step();
        if (!worker.agent().running()) {
          worker.start_agent(2, fault);
          load.hand_out();
        } else if (!worker.connected() && worker.try_welcome()) {
          load.hand_out();
        }
        return load.done();
      },
      600);
  ASSERT_TRUE(done) << load.ends().size() << " of 20";
  expect_all_true(load, ledger);
}

INSTANTIATE_TEST_SUITE_P(Points, WorkerCrash,
                         ::testing::Values("FP6:9", "FP7:7", "FP8:5", "FP9:5", "FP10:5", "FP11:5",
                                           "FP12:9", "FP13:9", "FP16:4"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           name.replace(name.find(':'), 1, "x");
                           return name;
                         });

TEST(WorkerCrash, AtAnyMoment) {
  std::mt19937 random(static_cast<unsigned>(first_seed()));
  AgentFixture worker;
  const Ledger ledger(worker.folder() / "ledger");
  worker.start_agent(2);
  Load load(worker, ledger, 150);
  load.hand_out();
  int kills = 0;
  const bool done = wait_until(
      [&] {
        load.step();
        if (kills < 40 && random() % 15 == 0) {
          ++kills;
          const pid_t supervisor = worker.supervisor_pid();
          if (random() % 2 == 0 && supervisor > 1) {
            kill_process(supervisor);
          } else {
            worker.agent().signal(SIGKILL);
          }
        }
        if (!worker.agent().running()) {
          worker.start_agent(2);
          load.hand_out();
        }
        return load.done();
      },
      600);
  ASSERT_TRUE(done) << load.ends().size() << " of 150";
  expect_all_true(load, ledger);
}

TEST(AgentRestart, TasksGoOnWithTheSamePidAndTheirTrueEndIsReported) {
  AgentFixture worker;
  worker.start_agent();
  const std::string gate = worker.folder() / "gate";
  auto start = worker.script(
      1,
      "until [ -e " + gate + " ]; do sleep 0.01; done; echo x=1 > \"$TIDEMILL_OUTPUT\"; exit 42");
  start.outputs = {"x"};
  worker.send(start);
  const auto pid = worker.await_started(1).pid;
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  worker.start_agent();
  ASSERT_EQ(worker.hello().attempts.size(), 1u);
  EXPECT_EQ(worker.hello().attempts[0].attempt, AttemptId{1});
  EXPECT_EQ(worker.hello().attempts[0].stage, message::KnownAttempt::Stage::running);
  EXPECT_EQ(worker.await_started(1).pid, pid);
  EXPECT_TRUE(process_exists(static_cast<pid_t>(pid)));
  worker.send(start);  // a repeated Start of a known attempt does nothing
  std::ofstream(gate) << "go";
  EXPECT_EQ(worker.await_end(1).exit_code, 42);
}

TEST(AgentRestart, AnEndIsRepeatedUntilItIsAcknowledged) {
  AgentFixture worker;
  worker.start_agent();
  worker.run(worker.script(1, "exit 5"));
  worker.forget_ends();
  worker.welcome();  // the scheduler came back without having committed it
  EXPECT_EQ(worker.await_end(1).exit_code, 5);
  worker.acknowledge(1);
  worker.run(worker.order(2, {"true"}));  // after this answer, the Acknowledge was obeyed
  worker.agent().signal(SIGKILL);
  worker.agent().wait();
  worker.start_agent();
  for (const auto& known : worker.hello().attempts) EXPECT_NE(known.attempt, AttemptId{1});
}

TEST(AgentRestart, TerminationLeavesTheTasksAlone) {
  AgentFixture worker;
  worker.start_agent();
  worker.send(worker.order(1, {"sleep", "98763"}));
  const auto pid = worker.await_started(1).pid;
  worker.agent().signal(SIGTERM);
  EXPECT_EQ(worker.agent().wait(), 0);
  EXPECT_TRUE(process_exists(static_cast<pid_t>(pid)));
  worker.start_agent();
  worker.send(message::Stop{AttemptId{1}, Cause::cancelled, false});
  EXPECT_EQ(worker.await_end(1).cause, Cause::cancelled);
}

}  // namespace
}  // namespace tidemill::testing
